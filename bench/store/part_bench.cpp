#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "store/part.h"
#include "store/part_merge.h"

namespace tomograph {
namespace {

constexpr std::size_t trace_count = 6'400;
constexpr std::size_t documents_per_trace = 5;
constexpr std::size_t spans_per_document = 2;
constexpr double span_count = trace_count * documents_per_trace * spans_per_document;

std::string hex(std::uint64_t value) { return to_hex(SpanId{value}); }

/// 64,000 spans in 32,000 documents of about 900 bytes, as a shop's services would send them.
struct Load {
    std::vector<PartTrace> traces;
    std::deque<std::string> texts;
    std::size_t document_bytes = 0;

    explicit Load(std::uint64_t seed) : random_(seed) {
        for (std::size_t i = 0; i < 40; ++i) texts.push_back("service-" + std::to_string(i));
        for (std::size_t i = 0; i < trace_count; ++i)
            add_trace(1'700'000'000 + static_cast<std::int64_t>(i / 400));
        std::sort(traces.begin(), traces.end(), [](const PartTrace& a, const PartTrace& b) {
            return std::tie(a.row.trace_second, a.row.id) < std::tie(b.row.trace_second, b.row.id);
        });
    }

 private:
    void add_trace(std::int64_t second) {
        PartTrace trace;
        trace.row.id = {static_cast<std::uint64_t>(second) << 32 | (random_() >> 32), random_()};
        trace.row.trace_second = second;
        trace.row.start =
            Instant{second * 1'000'000'000 + static_cast<std::int64_t>(random_() % 1'000'000'000)};
        trace.row.end =
            trace.row.start + Duration{static_cast<std::int64_t>(random_() % 2'000'000'000)};
        trace.row.segment_end_min = trace.row.segment_end_max = trace.row.end;
        trace.row.span_count = documents_per_trace * spans_per_document;
        trace.row.root_service = texts[random_() % 4];
        SpanId parent;
        for (std::size_t i = 0; i < documents_per_trace; ++i) parent = add_document(trace, parent);
        trace.row.lsn_max = Lsn{lsn_};
        traces.push_back(std::move(trace));
    }

    SpanId add_document(PartTrace& trace, SpanId parent) {
        StoredDocument stored;
        stored.lsn = Lsn{++lsn_};
        SegmentHeader& header = stored.document.header;
        header.trace_id = trace.row.id;
        header.id = SpanId{random_()};
        header.start =
            trace.row.start + Duration{static_cast<std::int64_t>(random_() % 1'000'000'000)};
        header.end = header.start + Duration{static_cast<std::int64_t>(random_() % 1'000'000'000)};
        header.span_count = spans_per_document;
        const std::string& service = texts[random_() % 40];
        const SpanId call{random_()};
        for (const SpanId id : {header.id, call})
            trace.spans.push_back(
                {.id = id,
                 .parent_id = id == call ? header.id : parent,
                 .start = header.start,
                 .duration = header.end - header.start,
                 .flags = static_cast<std::uint16_t>(id == call ? span_remote : span_is_segment),
                 .status = static_cast<std::uint16_t>(random_() % 50 == 0 ? 500 : 200),
                 .service = service,
                 .name = id == call ? texts[random_() % 40] : service});
        stored.document.bytes = json(header, parent, call, service);
        document_bytes += stored.document.bytes.size();
        trace.documents.push_back(std::move(stored));
        return call;
    }

    std::string json(const SegmentHeader& header, SpanId parent, SpanId call,
                     const std::string& service) {
        const std::string user = std::to_string(random_() % 5'000);
        return "{\"trace_id\":\"" + to_xray_text(header.trace_id) + "\",\"id\":\"" +
               hex(header.id.value) + "\",\"parent_id\":\"" + hex(parent.value) + "\",\"name\":\"" +
               service + "\",\"start_time\":" + std::to_string(header.start.as_seconds()) +
               ",\"end_time\":" + std::to_string(header.end.as_seconds()) +
               ",\"http\":{\"request\":{\"method\":\"GET\",\"url\":\"http://" + service +
               ".example.com/items/" + user + "\",\"client_ip\":\"10.0." +
               std::to_string(random_() % 256) +
               ".7\",\"user_agent\":\"Mozilla/5.0 (X11; Linux "
               "x86_64)\"},\"response\":{\"status\":200,"
               "\"content_length\":" +
               std::to_string(random_() % 20'000) +
               "}},\"aws\":{\"xray\":{\"sdk\":\"X-Ray for "
               "Python\",\"sdk_version\":\"2.14.0\"},\"ecs\":{\"container\":\"" +
               hex(random_() % 8) + "\"}},\"annotations\":{\"tenant\":\"tenant-" + user +
               "\",\"version\":\"1.4.2\",\"retries\":" + std::to_string(random_() % 3) +
               "},\"subsegments\":[{\"id\":\"" + hex(call.value) +
               "\",\"name\":\"downstream\",\"namespace\":\"remote\",\"start_time\":" +
               std::to_string(header.start.as_seconds()) +
               ",\"end_time\":" + std::to_string(header.end.as_seconds()) +
               ",\"http\":{\"request\":{\"method\":\"POST\",\"url\":\"http://downstream/"
               "call\"},\"response\":{\"status\":"
               "200}}}]}";
    }

    std::mt19937_64 random_;
    std::uint64_t lsn_ = 0;
};

/// A directory that goes away with the bench.
struct Directory {
    Directory() {
        std::string pattern = std::filesystem::temp_directory_path() / "part_bench.XXXXXX";
        path = mkdtemp(pattern.data());
    }
    ~Directory() { std::filesystem::remove_all(path); }
    std::string path;
};

const Load& load() {
    static const Load made(1);
    return made;
}

PartFacts write(FileSystem& files, const std::string& path) {
    auto writer = PartWriter::create(files, path).value();
    for (const PartTrace& trace : load().traces) writer->add(trace).value();
    return writer->finish({}).value();
}

void report(benchmark::State& state, const char* name, double count) {
    using benchmark::Counter;
    state.counters[name] = Counter(count, Counter::kIsIterationInvariantRate | Counter::kInvert);
}

void write_part(benchmark::State& state) {
    const auto files = make_real_file_system();
    const Directory directory;
    load();
    PartFacts facts;
    for (auto _ : state) {
        std::filesystem::remove(directory.path + "/p");
        facts = write(*files, directory.path + "/p");
    }
    report(state, "per_span", span_count);
    state.counters["bytes_per_span"] = static_cast<double>(facts.bytes) / span_count;
    state.counters["raw_bytes_per_document"] =
        static_cast<double>(load().document_bytes) / (span_count / spans_per_document);
}
BENCHMARK(write_part)->Unit(benchmark::kMillisecond);

void read_part(benchmark::State& state) {
    const auto files = make_real_file_system();
    const Directory directory;
    write(*files, directory.path + "/p");
    for (auto _ : state) {
        const auto part = PartReader::open(*files, directory.path + "/p").value();
        for (std::uint32_t ordinal = 0; ordinal < trace_count; ++ordinal)
            benchmark::DoNotOptimize(part->documents(ordinal).value().size());
    }
    report(state, "per_span", span_count);
}
BENCHMARK(read_part)->Unit(benchmark::kMillisecond);

void read_trace_rows(benchmark::State& state) {
    const auto files = make_real_file_system();
    const Directory directory;
    write(*files, directory.path + "/p");
    const auto part = PartReader::open(*files, directory.path + "/p").value();
    for (auto _ : state) benchmark::DoNotOptimize(part->rows().value().size());
    report(state, "per_row", trace_count);
}
BENCHMARK(read_trace_rows)->Unit(benchmark::kMicrosecond);

void open_part(benchmark::State& state) {
    const auto files = make_real_file_system();
    const Directory directory;
    write(*files, directory.path + "/p");
    for (auto _ : state)
        benchmark::DoNotOptimize(PartReader::open(*files, directory.path + "/p").value());
}
BENCHMARK(open_part)->Unit(benchmark::kMicrosecond);

/// A trace by id, its blocks in the page cache of the machine but not in ours.
void get_by_id(benchmark::State& state) {
    const auto files = make_real_file_system();
    const Directory directory;
    write(*files, directory.path + "/p");
    std::mt19937_64 random(2);
    const auto part = PartReader::open(*files, directory.path + "/p").value();
    for (auto _ : state) {
        const TraceId id = load().traces[random() % trace_count].row.id;
        const std::vector<std::uint32_t> ordinals = part->find(id).value();
        for (const std::uint32_t ordinal : ordinals)
            benchmark::DoNotOptimize(part->documents(ordinal).value().size());
    }
}
BENCHMARK(get_by_id)->Unit(benchmark::kMicrosecond);

void find_absent_id(benchmark::State& state) {
    const auto files = make_real_file_system();
    const Directory directory;
    write(*files, directory.path + "/p");
    std::mt19937_64 random(3);
    const auto part = PartReader::open(*files, directory.path + "/p").value();
    for (auto _ : state) benchmark::DoNotOptimize(part->find({random(), random()}).value().size());
}
BENCHMARK(find_absent_id)->Unit(benchmark::kMicrosecond);

void merge_two_parts(benchmark::State& state) {
    const auto files = make_real_file_system();
    const Directory directory;
    write(*files, directory.path + "/a");
    write(*files, directory.path + "/b");
    const auto a = PartReader::open(*files, directory.path + "/a").value();
    const auto b = PartReader::open(*files, directory.path + "/b").value();
    PartReader* const inputs[] = {a.get(), b.get()};
    for (auto _ : state) {
        std::filesystem::remove(directory.path + "/out");
        benchmark::DoNotOptimize(
            merge_parts(*files, inputs, directory.path + "/out").value().bytes);
    }
    report(state, "per_span", 2 * span_count);
}
BENCHMARK(merge_two_parts)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tomograph
