#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <sys/resource.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <thread>

#include "base/hash.h"
#include "base/log.h"
#include "base/metrics.h"
#include "store/embedded_store.h"
#include "wire/xray/segment_decoder.h"

namespace tomograph {
namespace {

/// A data directory on the real disk (TMPDIR chooses which), removed afterwards.
class BenchStore {
 public:
    BenchStore() : directory_(std::filesystem::temp_directory_path() / "tomograph-store-bench") {
        set_log_options({.level_min = LogLevel::error, .json = false, .sink = {}});
        std::filesystem::remove_all(directory_);
        open();
    }
    ~BenchStore() {
        store_.reset();
        std::filesystem::remove_all(directory_);
    }

    void open() {
        registry_ = std::make_unique<MetricsRegistry>();
        EmbeddedStoreOptions options;
        options.directory = directory_.string();
        auto opened = EmbeddedStore::open(*files_, clock_, *registry_, options);
        if (!opened) {
            fmt::print(stderr, "{}\n", opened.error().message());
            std::abort();
        }
        store_ = std::move(*opened);
        while (!store_->status().ready) std::this_thread::yield();
    }

    /// As a kill leaves it: what the running store has is copied and opened again.
    void copy_as_killed(const std::filesystem::path& to) const {
        std::filesystem::remove_all(to);
        std::filesystem::copy(directory_, to, std::filesystem::copy_options::recursive);
    }

    EmbeddedStore& store() { return *store_; }
    FileSystem& files() { return *files_; }
    const Clock& clock() { return clock_; }

 private:
    std::filesystem::path directory_;
    std::unique_ptr<FileSystem> files_ = make_real_file_system();
    RealClock clock_;
    std::unique_ptr<MetricsRegistry> registry_;
    std::unique_ptr<EmbeddedStore> store_;
};

/// Ten segments a trace, about 1 kB each, starting now.
std::vector<Document> make_documents(std::uint64_t first, std::size_t count, Instant now) {
    std::vector<Document> documents;
    for (std::uint64_t i = first; i < first + count; ++i) {
        const std::uint64_t trace = i / 10;
        const TraceId id{static_cast<std::uint64_t>(now.second()) << 32 | (mix64(trace) >> 32),
                         mix64(trace + 1)};
        const SpanId own{mix64(i + 1) | 1};
        const SpanId parent{mix64(i / 10 * 10 + 1) | 1};
        Document document;
        document.header = {.trace_id = id,
                           .id = own,
                           .is_segment = true,
                           .in_progress = false,
                           .start = now,
                           .end = now + Duration::milliseconds(20),
                           .span_count = 1};
        document.bytes = fmt::format(
            R"({{"trace_id":"{}","id":"{}",{}"name":"service-{}","start_time":{:.6f},"end_time":{:.6f},)"
            R"("http":{{"request":{{"method":"GET","url":"http://shop/orders/{}"}},"response":{{"status":200}}}},)"
            R"("metadata":{{"padding":"{}"}}}})",
            to_xray_text(id), to_hex(own),
            i % 10 == 0 ? "" : fmt::format(R"("parent_id":"{}",)", to_hex(parent)), i % 10,
            now.as_seconds(), now.as_seconds() + 0.02, i, std::string(600, 'x'));
        documents.push_back(std::move(document));
    }
    return documents;
}

double cpu_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// Durable appends of 50 documents, 16 on their way at a time; sealing and flushing go on beside.
/// The CPU counted is that of the whole process less the making of the documents.
void append(benchmark::State& state) {
    BenchStore bench;
    std::uint64_t made = 0;
    double making = 0;
    double total = cpu_seconds();
    std::atomic<int> on_their_way{0};
    for ([[maybe_unused]] auto round : state) {
        state.PauseTiming();
        const double before = cpu_seconds();
        std::vector<std::vector<Document>> requests;
        for (int i = 0; i < 200; ++i) {
            requests.push_back(make_documents(made, 50, bench.clock().now()));
            made += 50;
        }
        making += cpu_seconds() - before;
        state.ResumeTiming();
        for (auto& request : requests) {
            while (on_their_way >= 16) std::this_thread::yield();
            ++on_their_way;
            bench.store().append(std::move(request), [&](const Result<void>& done) {
                if (!done) std::abort();
                --on_their_way;
            });
        }
        while (on_their_way > 0) std::this_thread::yield();
    }
    total = cpu_seconds() - total - making;
    const auto documents = static_cast<double>(made);
    state.counters["docs"] = benchmark::Counter(documents, benchmark::Counter::kIsRate);
    state.counters["cpu_us_per_doc"] = total * 1e6 / documents;
}
BENCHMARK(append)->UseRealTime()->Unit(benchmark::kMillisecond)->MinTime(5);

/// Start on 256 MiB of log, as a kill leaves it: until appends are taken.
void replay(benchmark::State& state) {
    const auto killed = std::filesystem::temp_directory_path() / "tomograph-store-bench-killed";
    {
        BenchStore bench;
        std::atomic<int> on_their_way{0};
        for (std::uint64_t made = 0; made < 300'000; made += 500) {
            while (on_their_way >= 4) std::this_thread::yield();
            ++on_their_way;
            bench.store().append(make_documents(made, 500, bench.clock().now()),
                                 [&](const Result<void>& done) {
                                     if (!done) std::abort();
                                     --on_their_way;
                                 });
        }
        while (on_their_way > 0) std::this_thread::yield();
        state.counters["wal_MiB"] = static_cast<double>(bench.store().status().wal_bytes) / 1048576;
        bench.copy_as_killed(killed);
    }
    const auto files = make_real_file_system();
    const RealClock clock;
    for ([[maybe_unused]] auto round : state) {
        MetricsRegistry registry;
        EmbeddedStoreOptions options;
        options.directory = killed.string();
        auto opened = EmbeddedStore::open(*files, clock, registry, options);
        if (!opened) std::abort();
        while (!(*opened)->status().ready)
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        state.PauseTiming();
        opened->reset();
        state.ResumeTiming();
    }
    std::filesystem::remove_all(killed);
}
BENCHMARK(replay)->UseRealTime()->Unit(benchmark::kMillisecond)->Iterations(1);

/// The service graph of six hours of a small shop: ten services that call each other, every minute.
void graph_of_six_hours(benchmark::State& state) {
    BenchStore bench;
    const Instant now = bench.clock().now();
    std::atomic<int> on_their_way{0};
    std::uint64_t made = 0;
    for (int minute = 360; minute > 0; --minute) {
        const Instant then = now - Duration::minutes(minute);
        ++on_their_way;
        bench.store().append(make_documents(made, 500, then), [&](const Result<void>& done) {
            if (!done) std::abort();
            --on_their_way;
        });
        made += 500;
        while (on_their_way > 0) std::this_thread::yield();
    }
    std::this_thread::sleep_for(std::chrono::seconds(46));  // sealed and flushed
    for ([[maybe_unused]] auto round : state) {
        const auto graph = bench.store().graph({now - Duration::hours(6), now});
        if (!graph) std::abort();
        state.counters["cells"] = static_cast<double>(graph->cells.size());
    }
}
BENCHMARK(graph_of_six_hours)->UseRealTime()->Iterations(50)->Unit(benchmark::kMillisecond);

/// One trace by its id, from parts. Preparing takes a minute, so the iterations are given: Google
/// Benchmark would prepare again for every guess at their number.
void get_trace(benchmark::State& state) {
    BenchStore bench;
    const Instant now = bench.clock().now();
    std::atomic<int> on_their_way{0};
    std::vector<TraceId> ids;
    for (std::uint64_t made = 0; made < 200'000; made += 500) {
        auto documents = make_documents(made, 500, now);
        ids.push_back(documents.front().header.trace_id);
        while (on_their_way >= 4) std::this_thread::yield();
        ++on_their_way;
        bench.store().append(std::move(documents), [&](const Result<void>& done) {
            if (!done) std::abort();
            --on_their_way;
        });
    }
    std::this_thread::sleep_for(std::chrono::seconds(46));
    std::size_t i = 0;
    for ([[maybe_unused]] auto round : state) {
        const auto got = bench.store().get(std::span(&ids[i++ % ids.size()], 1));
        if (!got || got->size() != 1) std::abort();
    }
}
BENCHMARK(get_trace)->UseRealTime()->Iterations(2000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace tomograph
