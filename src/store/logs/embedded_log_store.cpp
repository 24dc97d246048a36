#include "store/logs/embedded_log_store.h"

#include <fmt/format.h>

#include "base/log.h"
#include "store/logs/limits.h"
#include "store/logs/log_search.h"
#include "store/logs/part_reader.h"
#include "store/logs/write_lines.h"

namespace tomograph {
namespace {

SignalOptions named(SignalOptions options) {
    options.name = "logs";
    return options;
}

}  // namespace

EmbeddedLogStore::EmbeddedLogStore(const Clock& clock, MetricsRegistry& registry,
                                   SignalOptions options)
    : clock_(clock),
      lines_(registry.counter("tomograph_store_log_lines_total", "Log lines kept")),
      line_bytes_(registry.counter("tomograph_store_log_line_bytes_total",
                                   "Bytes of the log lines kept, as the log has them")),
      unreadable_(registry.counter("tomograph_store_log_unreadable_records_total",
                                   "Records of the log that are no lines")),
      signal_(named(std::move(options)), *this, registry) {}

void EmbeddedLogStore::append(const LogBatch& batch, std::function<void(Result<void>)> done) {
    if (batch.records.empty()) return done({});
    auto record = encode_batch(batch);
    if (!record) return done(std::move(record).error());
    const std::size_t lines = batch.records.size();
    const std::size_t bytes = record->size();
    signal_.append(std::move(*record),
                   [this, lines, bytes, done = std::move(done)](const Result<void>& kept) {
                       if (kept) {
                           lines_.add(lines);
                           line_bytes_.add(bytes);
                       }
                       done(kept);
                   });
}

void EmbeddedLogStore::apply(Lsn lsn, Instant received, std::string record) {
    const auto added = open_.add(lsn, received, record);
    if (added) return;
    unreadable_.add();
    log_error("record of the log is no batch of lines",
              {{"number", lsn.value}, {"error", added.error()}});
}

SignalFlush EmbeddedLogStore::begin_flush() {
    SignalFlush flush;
    const OpenBatches batches = open_.take();
    if (batches.empty()) return flush;
    flush.through = batches.back()->lsn_max;
    flush.parts = parts_of_batches(batches);
    return flush;
}

SignalPartPlan EmbeddedLogStore::merge(std::vector<std::shared_ptr<SignalPart>> parts) {
    return part_of_parts(std::move(parts));
}

Result<std::unique_ptr<SignalPartContent>> EmbeddedLogStore::open_part(
    const PartBlockReader& blocks) {
    return std::unique_ptr<SignalPartContent>(TRY(LogPartReader::open(blocks)));
}

Result<LogPage> EmbeddedLogStore::find(const LogQuery& query) {
    TRY(signal_.check_ready());
    if (query.limit == 0 || query.limit > log_page_lines_max)
        return Error(ErrorCode::invalid, fmt::format("{} lines asked for, 1 to {} are given",
                                                     query.limit, log_page_lines_max));
    // First the numbers, then what is open, then the parts: lines move that way.
    const Lsn newest{signal_.next().value - 1};
    LogSources sources;
    sources.as_of = query.as_of.value_or(newest);
    sources.open = open_.batches();
    sources.view = signal_.view();
    return search_logs(sources, query, clock_);
}

LogStoreStatus EmbeddedLogStore::status() {
    const SignalStatus state = signal_.status();
    LogStoreStatus status{.ready = state.ready,
                          .read_only = state.read_only,
                          .reason = state.reason,
                          .open_lines = open_.lines(),
                          .open_bytes = state.open_bytes,
                          .lines = 0,
                          .parts = state.parts,
                          .part_bytes = state.part_bytes};
    for (const auto& part : signal_.view()->parts) status.lines += part->facts().spans;
    return status;
}

}  // namespace tomograph
