#include "store/engine/sealer.h"

#include "store/store_fixture.h"

namespace tomograph {
namespace {

using namespace testing;

std::string sealed(const char* reason) {
    return fmt::format(R"(tomograph_store_sealed_traces_total{{reason="{}"}})", reason);
}

TEST_CASE(
    "a complete trace waits for ten idle seconds, another for thirty, an active one for sixty") {
    StoreFixture fixture;
    fixture.must_open();
    const SegmentSpec complete{.trace = trace_number(1)};
    const SegmentSpec has_parent{.trace = trace_number(2), .parent = 77};
    const SegmentSpec in_progress{.trace = trace_number(3), .in_progress = true};
    fixture.must_append({complete, has_parent, in_progress});
    const auto open_after = [&](std::int64_t seconds) {
        fixture.must_append({{.trace = trace_number(4), .start_ms = seconds}});
        fixture.advance(Duration::seconds(seconds));
        return fixture.store->status().open_traces;
    };
    CHECK(open_after(9) == 4);
    CHECK(open_after(9) == 3);  // flushes go every 15 s
    CHECK(open_after(9) == 3);
    CHECK(open_after(9) == 1);
    CHECK(open_after(9) == 1);
    CHECK(open_after(9) == 1);
    CHECK(open_after(9) == 0);
    CHECK(fixture.metric(sealed("complete")) == 1);
    CHECK(fixture.metric(sealed("idle")) == 2);
    CHECK(fixture.metric(sealed("age")) == 1);
}

TEST_CASE("over the memory budget the idlest traces go first, beyond it appends are refused") {
    EmbeddedStoreOptions options = small_options();
    options.open_bytes_max = 10'000;
    StoreFixture fixture(0, options);
    fixture.must_open();
    for (std::uint64_t i = 0; i < 8; ++i) {
        fixture.must_append({{.trace = trace_number(i), .padding = 700}});
        fixture.clock.advance(Duration::milliseconds(10));
    }
    fixture.store->tick();
    CHECK(fixture.store->status().open_bytes <= 5'000);
    CHECK(fixture.metric(sealed("memory")) > 0);
    CHECK(fixture.documents_in(trace_number(0)) == 1);
    Result<void> done;
    for (std::uint64_t i = 10; i < 40 && done; ++i)
        done = fixture.append({{.trace = trace_number(i), .padding = 700}});
    REQUIRE_FALSE(done);
    CHECK(done.error().code() == ErrorCode::unavailable);
    fixture.store->tick();
    fixture.must_append({{.trace = trace_number(50)}});
}

TEST_CASE("a trace that pins an old log segment goes") {
    EmbeddedStoreOptions options = small_options();
    options.seal_open_max = options.seal_idle = options.seal_idle_complete = Duration::hours(9);
    StoreFixture fixture(0, options);
    fixture.must_open();
    for (std::uint64_t i = 0; i < 20; ++i)
        fixture.must_append({{.trace = trace_number(i), .padding = 700}});
    fixture.advance(Duration::seconds(100));
    CHECK(fixture.metric(sealed("wal")) == 0);
    fixture.advance(Duration::seconds(100));
    CHECK(fixture.metric(sealed("wal")) > 0);
    fixture.advance(Duration::seconds(1));
    CHECK(fixture.store->status().wal_bytes < 50'000);
}

TEST_CASE("a server that dies again and again does not pile up log segments") {
    StoreFixture fixture;
    constexpr std::uint64_t lives = 3 * wal_closed_segments_max;
    for (std::uint64_t i = 0; i < lives; ++i) {
        fixture.must_open();
        fixture.must_append({{.trace = trace_number(i)}});
        fixture.advance(Duration::milliseconds(500));
        fixture.kill();
    }
    fixture.must_open();
    CHECK(fixture.files.list("/data/wal").value().size() <= wal_closed_segments_max + 3);
    for (std::uint64_t i = 0; i < lives; ++i) CHECK(fixture.documents_in(trace_number(i)) == 1);
}

TEST_CASE("a wall clock that jumps changes nothing about sealing") {
    StoreFixture fixture;
    fixture.must_open();
    fixture.must_append({{.trace = trace_number(1)}});
    fixture.clock.jump(Duration::hours(5));
    fixture.advance(Duration::seconds(1));
    CHECK(fixture.store->status().open_traces == 1);
    fixture.clock.jump(Duration::hours(-9));
    fixture.settle();
    CHECK(fixture.store->status().open_traces == 0);
}

}  // namespace
}  // namespace tomograph
