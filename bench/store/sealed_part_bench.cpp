#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstdlib>
#include <deque>
#include <filesystem>
#include <memory>

#include "base/hash.h"
#include "store/part/group_reader.h"
#include "store/part/part.h"

namespace tomograph {
namespace {

constexpr std::int64_t second = 1'795'000'000;
constexpr std::size_t trace_count = 20'000;

void must(const Result<void>& done) {
    if (done) return;
    fmt::print(stderr, "{}\n", done.error().message());
    std::abort();
}

/// Traces of two spans with an annotation each, about 500 bytes a document.
struct Traces {
    Traces() {
        for (std::uint64_t n = 0; n < trace_count; ++n) {
            PartTrace& trace = traces.emplace_back();
            trace.row.id = {.high = static_cast<std::uint64_t>(second) << 32 | n,
                            .low = mix64(n + 1)};
            trace.row.trace_second = second;
            trace.row.start = Instant::from_seconds(second);
            trace.row.end = trace.row.start + Duration::milliseconds(20);
            trace.row.span_count = 2;
            trace.row.lsn_max = Lsn{n + 1};
            for (std::uint64_t i = 0; i < 2; ++i) add(trace, 2 * n + i + 1);
        }
    }

    void add(PartTrace& trace, std::uint64_t number) {
        const SpanId id{mix64(number) | 1};
        StoredDocument stored;
        stored.lsn = trace.row.lsn_max;
        stored.document.header = {.trace_id = trace.row.id,
                                  .id = id,
                                  .is_segment = true,
                                  .in_progress = false,
                                  .start = trace.row.start,
                                  .end = trace.row.end,
                                  .span_count = 1};
        stored.document.bytes = fmt::format(
            R"({{"trace_id":"{}","id":"{}","name":"service-{}","start_time":{}.0,"end_time":{}.02,)"
            R"("http":{{"request":{{"method":"GET","url":"http://api/orders/{}"}},)"
            R"("response":{{"status":200,"content_length":{}}}}},)"
            R"("annotations":{{"tenant":"tenant-{}","attempt":{}}},)"
            R"("aws":{{"xray":{{"sdk":"X-Ray for Go","sdk_version":"1.8.1"}}}},)"
            R"("metadata":{{"default":{{"request":"{:016x}"}}}}}})",
            to_xray_text(trace.row.id), to_hex(id), number % 14, second, second,
            number * 7 % 100'000, number * 31 % 9'000, number % 500, number % 3, mix64(~number));
        trace.documents.push_back(std::move(stored));
        trace.spans.push_back(
            {.id = id,
             .parent_id = {},
             .start = trace.row.start,
             .duration = Duration::milliseconds(20),
             .flags = span_is_segment,
             .status = 200,
             .service = names.emplace_back(fmt::format("service-{}", number % 14)),
             .name = names.back()});
    }

    std::vector<PartTrace> traces;
    std::deque<std::string> names;
};

struct Place {
    Place() { std::filesystem::remove(path); }
    ~Place() { std::filesystem::remove(path); }
    std::unique_ptr<FileSystem> files = make_real_file_system();
    std::string path = std::filesystem::temp_directory_path() / "tomograph-part-bench";
    FileKeys keys{1, MasterKey{.key = SecretKey(std::string(32, 'k')), .version = 1}, {}};
};

std::uint64_t write(Place& place, const Traces& traces, bool is_sealed) {
    auto writer = PartWriter::create(*place.files, place.path,
                                     {.keys = is_sealed ? &place.keys : nullptr, .part_id = 1});
    if (!writer) std::abort();
    for (const PartTrace& trace : traces.traces) must((*writer)->add(trace));
    const auto facts = (*writer)->finish(GraphRollup{});
    if (!facts) std::abort();
    return facts->bytes;
}

void part_write(benchmark::State& state) {
    const Traces traces;
    Place place;
    std::uint64_t bytes = 0;
    for ([[maybe_unused]] auto round : state) {
        std::filesystem::remove(place.path);
        bytes = write(place, traces, state.range(0) != 0);
    }
    state.counters["bytes_per_span"] =
        static_cast<double>(bytes) / static_cast<double>(2 * trace_count);
}
BENCHMARK(part_write)->ArgName("sealed")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

/// Every chunk read, checked and opened, as a search without a filter does it.
void part_scan(benchmark::State& state) {
    const Traces traces;
    Place place;
    write(place, traces, state.range(0) != 0);
    for ([[maybe_unused]] auto round : state) {
        const auto part = PartReader::open(*place.files, place.path, nullptr, &place.keys);
        if (!part) std::abort();
        const auto group = (*part)->group(0);
        if (!group) std::abort();
        const auto& columns = (*group)->head().columns;
        for (std::size_t column = 0; column < columns.size(); ++column)
            for (std::size_t chunk = 0; chunk < columns[column].chunks.size(); ++chunk)
                benchmark::DoNotOptimize((*group)->chunk_bytes(column, chunk));
    }
}
BENCHMARK(part_scan)->ArgName("sealed")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

/// Every document put together again, as a merge of small groups does it.
void part_read(benchmark::State& state) {
    const Traces traces;
    Place place;
    write(place, traces, state.range(0) != 0);
    for ([[maybe_unused]] auto round : state) {
        const auto part = PartReader::open(*place.files, place.path, nullptr, &place.keys);
        if (!part) std::abort();
        for (std::uint32_t ordinal = 0; ordinal < trace_count; ++ordinal)
            benchmark::DoNotOptimize((*part)->documents(ordinal));
    }
}
BENCHMARK(part_read)->ArgName("sealed")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tomograph
