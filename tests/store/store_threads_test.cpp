#include <atomic>
#include <thread>

#include "store/store_fixture.h"

namespace tomograph {
namespace {

using namespace testing;

TEST_CASE("senders, readers and background work go on together, and nothing is lost") {
    silence_log();
    FaultFileSystem files;
    const RealClock clock;
    MetricsRegistry registry;
    EmbeddedStoreOptions options = small_options();
    options.background = true;
    options.flush_spans = 20;
    options.seal_idle = options.seal_idle_complete = Duration{};
    auto opened = EmbeddedStore::open(files, clock, registry, options);
    REQUIRE(opened);
    EmbeddedStore& store = **opened;
    while (!store.status().ready) std::this_thread::yield();

    constexpr std::uint64_t sender_count = 3;
    constexpr std::uint64_t traces_each = 150;
    std::atomic<std::uint64_t> answered{0};
    std::atomic<bool> is_done{false};
    std::atomic<std::uint64_t> misread{0};
    const TimeRange all{Instant::from_seconds(0), Instant::from_seconds(4'000'000'000)};

    // doctest's assertions are for this thread only: documents are made here, counts are checked
    // here.
    std::vector<std::vector<std::vector<Document>>> work(sender_count);
    for (std::uint64_t sender = 0; sender < sender_count; ++sender) {
        for (std::uint64_t i = 0; i < traces_each; ++i) {
            const TraceId id = trace_number(sender * 1000 + i);
            work[sender].push_back(documents_of({{.trace = id, .id = 1}}));
            work[sender].push_back(documents_of({{.trace = id, .id = 2, .parent = 1}}));
        }
    }
    std::vector<std::thread> threads;
    threads.reserve(sender_count + 1);
    for (std::uint64_t sender = 0; sender < sender_count; ++sender) {
        threads.emplace_back([&, sender] {
            for (auto& documents : work[sender]) {
                const TraceId id = documents.front().header.trace_id;
                std::atomic<int> answer{0};
                store.append(std::move(documents),
                             [&](const Result<void>& done) { answer = done ? 1 : 2; });
                while (answer == 0) std::this_thread::yield();
                if (answer == 1) ++answered;
                const auto got = store.get(std::span(&id, 1));
                if (!got || got->size() != 1) ++misread;
            }
        });
    }
    threads.emplace_back([&] {
        while (!is_done) {
            if (!store.graph(all)) ++misread;
            if (!store.find({.range = all, .before = {}, .limit = 20})) ++misread;
            static_cast<void>(store.status());
            static_cast<void>(registry.to_prometheus_text());
        }
    });
    for (std::uint64_t sender = 0; sender < sender_count; ++sender) threads[sender].join();
    is_done = true;
    threads.back().join();
    CHECK(answered == sender_count * traces_each * 2);
    CHECK(misread == 0);
    for (std::uint64_t sender = 0; sender < sender_count; ++sender) {
        for (std::uint64_t i = 0; i < traces_each; ++i) {
            const TraceId id = trace_number(sender * 1000 + i);
            const auto got = store.get(std::span(&id, 1));
            REQUIRE(got);
            REQUIRE(got->size() == 1);
            CHECK(got->front().documents.size() == 2);
        }
    }
    store.close();
    std::optional<Error> refused;
    store.append(documents_of({{.trace = trace_number(1)}}), [&](const Result<void>& done) {
        if (!done) refused = done.error();
    });
    REQUIRE(refused);
    CHECK(refused->code() == ErrorCode::unavailable);
}

}  // namespace
}  // namespace tomograph
