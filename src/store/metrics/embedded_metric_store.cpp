#include "store/metrics/embedded_metric_store.h"

#include <algorithm>

#include "base/log.h"
#include "store/metrics/limits.h"
#include "store/metrics/merge_series.h"
#include "store/metrics/record.h"
#include "store/metrics/write_parts.h"

namespace tomograph {
namespace {

SignalOptions named(SignalOptions options) {
    options.name = "metrics";
    options.merge_bytes_max = std::min(options.merge_bytes_max, metric_merge_bytes_max);
    return options;
}

const MetricPartReader& reader_of(const SignalPart& part) {
    return static_cast<const MetricPartContent&>(part.content()).reader;
}

}  // namespace

EmbeddedMetricStore::EmbeddedMetricStore(MetricsRegistry& registry, SignalOptions options)
    : points_(registry.counter("tomograph_store_metric_points_total", "Points of metrics kept")),
      unreadable_(registry.counter("tomograph_store_metric_unreadable_records_total",
                                   "Records of the log that are no metrics")),
      signal_(named(std::move(options)), *this, registry) {}

void EmbeddedMetricStore::append(const MetricBatch& batch, std::function<void(Result<void>)> done) {
    if (batch.is_empty()) return done({});
    std::size_t points = 0;
    for (const MetricSeries& series : batch.series) points += series.points.size();
    signal_.append(encode_metric_record(batch),
                   [this, points, done = std::move(done)](Result<void> kept) {
                       if (kept) points_.add(points);
                       done(std::move(kept));
                   });
}

void EmbeddedMetricStore::apply(Lsn lsn, Instant received, std::string record) {
    auto batch = decode_metric_record(record);
    if (batch) return open_.add(lsn, received, *std::move(batch));
    unreadable_.add();
    log_error("record of the log is no batch of metrics",
              {{"number", lsn.value}, {"error", batch.error()}});
}

SignalFlush EmbeddedMetricStore::begin_flush() {
    SignalFlush flush;
    const OpenMetricTables tables = open_.take();
    if (tables.empty()) return flush;
    flush.through = tables.back()->lsn_max;
    flush.parts = parts_of_tables(tables);
    return flush;
}

SignalPartPlan EmbeddedMetricStore::merge(std::vector<std::shared_ptr<SignalPart>> parts) {
    return part_of_metric_parts(std::move(parts));
}

Result<std::unique_ptr<SignalPartContent>> EmbeddedMetricStore::open_part(
    const PartBlockReader& blocks) {
    auto reader = TRY(MetricPartReader::open(blocks));
    return std::unique_ptr<SignalPartContent>(
        std::make_unique<MetricPartContent>(std::move(reader)));
}

Result<std::vector<MetricSeries>> EmbeddedMetricStore::read(const MetricSelection& selection) {
    TRY(signal_.check_ready());
    // First what is open, then the parts: points move that way, and twice is once.
    std::vector<MetricSeries> open;
    TRY(open_.read(selection, open));
    const auto view = signal_.view();
    std::vector<MetricSeries> found;
    std::vector<std::shared_ptr<SignalPart>> parts = view->parts;
    // Later records later: of two points of one moment the last one counts.
    std::sort(parts.begin(), parts.end(), [](const auto& a, const auto& b) {
        return a->facts().lsn_max.value < b->facts().lsn_max.value;
    });
    for (const auto& part : parts) {
        const auto read = reader_of(*part).read(selection, found);
        if (read) continue;
        if (read.error().code() == ErrorCode::corrupt) part->report_damage(read.error());
        return read.error();
    }
    found.insert(found.end(), std::make_move_iterator(open.begin()),
                 std::make_move_iterator(open.end()));
    settle_series(found);
    return found;
}

Result<std::vector<MetricFamily>> EmbeddedMetricStore::families() {
    TRY(signal_.check_ready());
    std::map<std::string, MetricFamily> open;
    open_.families(open);
    std::map<std::string, MetricFamily> known;
    for (const auto& part : signal_.view()->parts) TRY(reader_of(*part).families(known));
    for (auto& [name, family] : open) known.insert_or_assign(name, std::move(family));
    std::vector<MetricFamily> out;
    for (auto& [name, family] : known) out.push_back(std::move(family));
    return out;
}

MetricStoreStatus EmbeddedMetricStore::status() {
    const SignalStatus state = signal_.status();
    MetricStoreStatus status{.ready = state.ready,
                             .read_only = state.read_only,
                             .reason = state.reason,
                             .open_points = open_.points(),
                             .open_series = open_.series(),
                             .points = 0,
                             .parts = state.parts,
                             .part_bytes = state.part_bytes};
    for (const auto& part : signal_.view()->parts) status.points += part->facts().spans;
    return status;
}

}  // namespace tomograph
