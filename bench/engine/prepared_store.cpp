#include "engine/prepared_store.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <variant>

#include "base/log.h"
#include "measure/measure.h"
#include "model/segment_outline.h"

namespace tomograph::engine_bench {
namespace {

using measure::cpu_seconds;
using measure::require;

/// As many as a busy server gets in a tenth of a second: it seals, flushes and merges as under
/// that load, however the data's time is spread.
constexpr std::size_t batch_documents = 2'000;
constexpr Duration batch_time = Duration::milliseconds(100);

Instant end_of(const Scale& scale) {
    const std::int64_t seconds = scale.is_w2 ? 10 * 86'400 : w1_seconds;
    return Instant::from_seconds(start_second + seconds + 60);
}

std::string label_of(const Scale& scale) {
    return fmt::format("{} {} spans\n", scale.is_w2 ? "W2" : "W1", scale.spans);
}

bool is_prepared(const std::string& directory, const Scale& scale) {
    std::ifstream file(directory + "/PREPARED");
    std::string line;
    return std::getline(file, line) && line + "\n" == label_of(scale);
}

}  // namespace

std::uint64_t Scale::traces() const {
    return is_w2 ? spans / workload::w2_spans_per_trace : workload::traces_in(spans);
}

workload::W1 Scale::w1() const { return workload::W1(workload::six_hours_of(spans)); }

workload::W2Options Scale::w2() const {
    return {.seed = 1, .start_second = start_second, .traces = traces()};
}

DrivenStore::DrivenStore(const std::string& directory, const EmbeddedStoreOptions& options,
                         Instant now)
    : clock_(now) {
    set_log_options({.level_min = LogLevel::error, .json = false, .sink = {}});
    EmbeddedStoreOptions own = options;
    own.directory = directory;
    own.background = false;
    auto opened = EmbeddedStore::open(*files_, clock_, registry_, own);
    if (!opened) measure::fail(opened.error().message());
    store_ = std::move(*opened);
}

void DrivenStore::append(const std::vector<std::string>& jsons) {
    std::vector<Document> documents;
    documents.reserve(jsons.size());
    for (const std::string& json : jsons) {
        const auto decoded = decoder_.decode(json, std::nullopt);
        const auto* segment = std::get_if<Segment>(&decoded);
        require(segment != nullptr, "refused: " + json);
        documents.push_back(
            {.header = segment->header(), .bytes = json, .outline = pack_outline(*segment)});
    }
    std::string error = "not answered";
    const auto refused = store_->append(std::move(documents), [&](const Result<void>& done) {
        error = done ? "" : done.error().message();
    });
    require(error.empty(), "append: " + error);
    require(refused.empty(), "append: a trace is over its limit");
}

void DrivenStore::tick(Duration step, Duration skip) {
    clock_.advance(step);
    clock_.jump(skip);
    store_->tick();
}

void DrivenStore::settle() {
    for (int i = 0; i < 4; ++i) tick(Duration::seconds(31));
    // Merges go on until a minute of ticks changed nothing.
    StoreStatus last = store_->status();
    for (int same = 0; same < 60;) {
        tick(Duration::seconds(1));
        const StoreStatus now = store_->status();
        same = now.parts == last.parts && now.part_bytes == last.part_bytes ? same + 1 : 0;
        last = now;
    }
    require(last.open_traces == 0, "some traces were not sealed");
}

std::vector<std::string> documents_of(const Scale& scale, std::uint64_t number) {
    std::vector<std::string> documents;
    if (scale.is_w2) {
        const workload::W2Trace trace = workload::w2_trace(scale.w2(), number);
        for (const auto& span : trace.spans)
            workload::append_json(trace, span, documents.emplace_back());
    } else {
        static const workload::W1 w1 = scale.w1();
        const workload::W1Trace trace = w1.trace(number);
        for (const auto& span : trace.spans)
            workload::append_json(trace, span, workload::DocumentState::complete,
                                  documents.emplace_back());
    }
    return documents;
}

void prepare(const std::string& directory, const Scale& scale) {
    if (is_prepared(directory, scale)) return;
    std::filesystem::remove_all(directory);
    std::filesystem::create_directories(directory);
    DrivenStore driven(directory, {}, Instant::from_seconds(start_second));
    const std::int64_t data_ns = end_of(scale).ns - start_second * 1'000'000'000;
    const auto batches = static_cast<std::int64_t>(scale.spans / batch_documents + 1);
    const Duration skip{std::max<std::int64_t>(0, data_ns / batches - batch_time.ns)};
    double cpu = 0;
    std::uint64_t spans = 0;
    std::vector<std::string> batch;
    const auto send = [&] {
        const double before = cpu_seconds();
        driven.append(batch);
        driven.tick(batch_time, skip);
        cpu += cpu_seconds() - before;
        spans += batch.size();
        batch.clear();
    };
    for (std::uint64_t i = 0; i < scale.traces(); ++i) {
        for (auto& json : documents_of(scale, i)) batch.push_back(std::move(json));
        if (batch.size() >= batch_documents) send();
    }
    if (!batch.empty()) send();
    const double before = cpu_seconds();
    driven.settle();
    driven.store().close();
    cpu += cpu_seconds() - before;
    measure::print_cell("tomograph", scale.is_w2 ? "w2_load_cpu_us" : "load_cpu_us",
                        cpu * 1e6 / static_cast<double>(spans));
    std::ofstream(directory + "/PREPARED") << label_of(scale);
}

std::unique_ptr<DrivenStore> open_prepared(const std::string& directory, const Scale& scale,
                                           std::uint64_t section_cache_bytes) {
    EmbeddedStoreOptions options;
    options.section_cache_bytes = section_cache_bytes;
    return std::make_unique<DrivenStore>(directory, options, end_of(scale));
}

}  // namespace tomograph::engine_bench
