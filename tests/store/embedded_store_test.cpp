#include "store/embedded_store.h"

#include "store/limits.h"
#include "store/part/limits.h"
#include "store/store_fixture.h"

namespace tomograph {
namespace {

using namespace testing;

const TimeRange everything{Instant::from_seconds(test_second - 10'000'000),
                           Instant::from_seconds(test_second + 10'000'000)};

TEST_CASE("an answered document is readable at once, byte for byte") {
    StoreFixture fixture;
    fixture.must_open();
    const SegmentSpec spec{.trace = trace_number(1)};
    fixture.must_append({spec});
    const TraceId ids[] = {trace_number(2), spec.trace};
    const auto got = fixture.store->get(ids);
    REQUIRE(got);
    REQUIRE(got->size() == 1);
    CHECK(got->front().documents.front().document.bytes == json_of(spec));
    CHECK(fixture.store->status().open_traces == 1);
}

TEST_CASE("a flushed trace is read from its part, and the log is given up") {
    StoreFixture fixture;
    fixture.must_open();
    for (std::uint64_t i = 0; i < 100; ++i)
        fixture.must_append({{.trace = trace_number(i), .padding = 300}});
    fixture.settle();
    const StoreStatus status = fixture.store->status();
    CHECK(status.open_traces == 0);
    CHECK(status.parts == 1);
    CHECK(status.wal_bytes <= 16 << 10);
    for (std::uint64_t i = 0; i < 100; ++i) CHECK(fixture.documents_in(trace_number(i)) == 1);
}

TEST_CASE("a kill, a power cut and a stop in order lose nothing and double nothing") {
    MemoryStore oracle;
    StoreFixture fixture(7);
    std::vector<TraceId> ids;
    fixture.must_open();
    for (std::uint64_t i = 0; i < 60; ++i) {
        const std::vector<SegmentSpec> specs{
            {.trace = trace_number(i), .id = 1, .start_ms = static_cast<std::int64_t>(i) * 10},
            {.trace = trace_number(i), .id = 2, .parent = 1, .name = "db"}};
        fixture.must_append(specs);
        oracle.append(documents_of(specs), [](const Result<void>&) {});
        ids.push_back(trace_number(i));
        if (i % 10 == 3) fixture.advance(Duration::seconds(31));
        if (i % 20 == 7) fixture.kill();
        if (i % 20 == 13) fixture.cut_power();
        if (i % 20 == 17) fixture.store.reset();
        if (!fixture.store) fixture.must_open();
        if (i % 15 == 0) check_same(*fixture.store, oracle, ids, everything);
    }
    check_same(*fixture.store, oracle, ids, everything);
    fixture.settle();
    check_same(*fixture.store, oracle, ids, everything);
}

TEST_CASE("the clean end of the server before is known") {
    StoreFixture fixture;
    fixture.must_open();
    CHECK(fixture.metric("tomograph_store_prev_shutdown_clean") == 0);
    fixture.must_append({{.trace = trace_number(1)}});
    fixture.store.reset();
    fixture.must_open();
    CHECK(fixture.metric("tomograph_store_prev_shutdown_clean") == 1);
    CHECK(fixture.documents_in(trace_number(1)) == 1);
    CHECK(fixture.metric("tomograph_store_replayed_documents_total") == 0);
    fixture.kill();
    fixture.must_open();
    CHECK(fixture.metric("tomograph_store_prev_shutdown_clean") == 0);
}

TEST_CASE(
    "documents beyond a trace's limit are refused at once, across seal and restart of their "
    "count") {
    EmbeddedStoreOptions options = small_options();
    options.trace_spans_max = 3;
    StoreFixture fixture(0, options);
    fixture.must_open();
    const TraceId trace = trace_number(1);
    std::vector<SegmentSpec> specs;
    for (std::uint64_t id = 1; id <= 5; ++id) specs.push_back({.trace = trace, .id = id});
    const auto refused =
        fixture.store->append(documents_of(specs), [](const Result<void>& done) { CHECK(done); });
    CHECK(refused == std::vector<std::size_t>{3, 4});
    CHECK(fixture.documents_in(trace) == 3);
    // A newer version of a kept document takes no room.
    CHECK(fixture.store
              ->append(documents_of({{.trace = trace, .id = 1, .status = 500}}),
                       [](const Result<void>&) {})
              .empty());
    fixture.settle();
    CHECK(
        fixture.store->append(documents_of({{.trace = trace, .id = 9}}), [](const Result<void>&) {})
            .size() == 1);
    const auto got = fixture.store->get(std::span(&trace, 1));
    REQUIRE(got);
    CHECK(got->front().limit_exceeded);
    CHECK(got->front().documents.size() == 3);
}

TEST_CASE("an append says which of its documents are refused, for whichever reason") {
    EmbeddedStoreOptions options = small_options();
    options.trace_spans_max = 3;
    StoreFixture fixture(0, options);
    fixture.must_open();
    const TraceId trace = trace_number(1);
    // T: too large; the fourth and later ones of the others are over the trace's limit.
    for (const auto& [sizes, places] :
         std::vector<std::pair<std::string, std::vector<std::size_t>>>{
             {"T1T23T4T56T", {0, 2, 5, 6, 7, 8, 9, 10}},
             {"TT", {0, 1}},
             {"", {}},
         }) {
        std::vector<Document> documents;
        for (const char size : sizes) {
            documents.push_back(document_of({.trace = trace, .id = documents.size() + 1}));
            if (size == 'T') documents.back().bytes.assign(part_document_bytes_max + 1, 'x');
        }
        CHECK(fixture.store->append(std::move(documents),
                                    [](const Result<void>& done) { CHECK(done); }) == places);
    }
    CHECK(fixture.documents_in(trace) == 3);
}

TEST_CASE("a second holder of the directory is refused") {
    StoreFixture fixture;
    fixture.must_open();
    MetricsRegistry registry;
    const auto second =
        EmbeddedStore::open(fixture.files, fixture.clock, registry, fixture.options);
    REQUIRE_FALSE(second);
    CHECK(second.error().code() == ErrorCode::conflict);
}

TEST_CASE("telemetry survives a kill, before and after it is written out, once") {
    StoreFixture fixture;
    fixture.must_open();
    const auto put = [&](const std::string& json) {
        fixture.store->append_telemetry(json, [](const Result<void>& done) { CHECK(done); });
    };
    put(R"({"n":1})");
    fixture.kill();
    fixture.must_open();
    put("{\"n\":\n2}");
    fixture.advance(Duration::minutes(2));
    put(R"({"n":3})");
    fixture.kill();
    fixture.must_open();
    const auto recent = fixture.store->recent_telemetry(10);
    REQUIRE(recent);
    CHECK(*recent == std::vector<std::string>{R"({"n":3})", R"({"n": 2})", R"({"n":1})"});
    CHECK(fixture.store->recent_telemetry(1)->size() == 1);
}

TEST_CASE("a full disk is refused early, reads go on, and room heals it") {
    EmbeddedStoreOptions options = small_options();
    options.disk_free_min_bytes = 64 << 10;
    StoreFixture fixture(0, options);
    fixture.files.set_capacity(1 << 20);
    fixture.must_open();
    fixture.must_append({{.trace = trace_number(1)}});
    fixture.files.set_capacity(64 << 10);
    fixture.advance(Duration::seconds(2));
    const auto refused = fixture.append({{.trace = trace_number(2)}});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code() == ErrorCode::limit);
    CHECK(fixture.documents_in(trace_number(1)) == 1);
    CHECK(fixture.store->status().read_only);
    fixture.files.set_capacity(1 << 20);
    fixture.advance(Duration::seconds(2));
    fixture.must_append({{.trace = trace_number(2)}});
    CHECK_FALSE(fixture.store->status().read_only);
}

TEST_CASE("without the guard, no space in the log means read-only until a probe succeeds") {
    StoreFixture fixture;
    fixture.files.set_capacity(128 << 10);
    fixture.must_open();
    fixture.must_append({{.trace = trace_number(0)}});
    fixture.files.set_capacity(1);
    Result<void> done;
    std::uint64_t i = 1;
    for (; i < 200 && done; ++i)
        done = fixture.append({{.trace = trace_number(i), .padding = 500}});
    REQUIRE_FALSE(done);
    CHECK(fixture.store->status().read_only);
    CHECK(fixture.documents_in(trace_number(0)) == 1);
    CHECK(fixture.documents_in(trace_number(i - 1)) == 0);
    fixture.files.set_capacity(1 << 20);
    fixture.advance(Duration::seconds(11));
    fixture.must_append({{.trace = trace_number(500)}});
    fixture.kill();
    fixture.must_open();
    CHECK(fixture.documents_in(trace_number(500)) == 1);
}

TEST_CASE("old parts expire by age, and by the budget except the newest day") {
    EmbeddedStoreOptions options = small_options();
    options.retention_age = Duration::days(3);
    StoreFixture fixture(0, options);
    fixture.must_open();
    const std::int64_t day_ms = 86'400'000;
    for (std::int64_t day = 0; day < 6; ++day) {
        const TraceId id =
            trace_number(static_cast<std::uint64_t>(day), test_second + day * std::int64_t{86'400});
        fixture.must_append({{.trace = id, .start_ms = day * day_ms, .end_ms = day * day_ms + 5}});
        fixture.settle();
        fixture.clock.advance(Duration::days(1));
    }
    fixture.store->tick();
    CHECK(fixture.store->status().parts == 2);
    CHECK(fixture.documents_in(trace_number(0)) == 0);
    CHECK(fixture.documents_in(trace_number(5, test_second + std::int64_t{5} * 86'400)) == 1);
    fixture.store.reset();
    fixture.options.disk_budget_bytes = 1;
    fixture.must_open();
    fixture.store->tick();
    CHECK(fixture.store->status().parts == 1);
    CHECK(fixture.documents_in(trace_number(5, test_second + std::int64_t{5} * 86'400)) == 1);
}

TEST_CASE("a wall clock that jumps ahead deletes nothing") {
    EmbeddedStoreOptions options = small_options();
    options.retention_age = Duration::days(3);
    StoreFixture fixture(0, options);
    fixture.must_open();
    fixture.must_append({{.trace = trace_number(1)}});
    fixture.settle();
    fixture.clock.jump(Duration::days(1000));
    fixture.advance(Duration::minutes(2));
    fixture.clock.jump(Duration::days(-1000));
    fixture.advance(Duration::minutes(2));
    CHECK(fixture.documents_in(trace_number(1)) == 1);
}

TEST_CASE("a newer data directory is refused and left alone") {
    StoreFixture fixture;
    fixture.must_open();
    fixture.store.reset();
    const std::string text = "2 0000000000000001 ";
    REQUIRE(replace_file(fixture.files, "/data/VERSION",
                         fmt::format("{}{:08x}\n", text, crc32c(text))));
    const auto opened = fixture.open();
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code() == ErrorCode::invalid);
}

}  // namespace
}  // namespace tomograph
