#include "store/engine/rollup_folder.h"

#include "store/store_fixture.h"

namespace tomograph {
namespace {

using namespace testing;

const TimeRange all{Instant::from_seconds(0), Instant::from_seconds(4'000'000'000)};

EmbeddedStoreOptions short_retention() {
    EmbeddedStoreOptions options = small_options();
    options.retention_age = Duration::days(1);
    return options;
}

std::vector<std::string> rollup_files(StoreFixture& fixture) {
    auto names = fixture.files.list("/data/rollup");
    REQUIRE(names);
    return *names;
}

std::set<std::int64_t> minutes_of(const GraphRollup& rollup) {
    std::set<std::int64_t> minutes;
    for (const auto& [key, cell] : rollup.cells) minutes.insert(key.minute);
    return minutes;
}

/// Traces over some minutes, all in parts.
void fill(StoreFixture& fixture, std::uint64_t first = 0) {
    for (std::uint64_t i = first; i < first + 30; ++i) {
        const auto ms = static_cast<std::int64_t>(i - first) * 21'000;
        fixture.must_append({{.trace = trace_number(i),
                              .start_ms = ms,
                              .end_ms = ms + 150,
                              .status = i % 7 == 0 ? 500 : 200}});
    }
    fixture.settle();
    REQUIRE(fixture.store->status().open_traces == 0);
}

GraphRollup whole(StoreFixture& fixture, GroupId group = {}) {
    const auto graph = fixture.store->graph(all, GraphGrain::whole, group);
    REQUIRE(graph);
    return *graph;
}

TEST_CASE("sums outlive their spans and become coarser, and go at last") {
    StoreFixture fixture(0, short_retention());
    fixture.must_open();
    fill(fixture);
    const GraphRollup before = whole(fixture);
    const GraphRollup faults = whole(fixture, group_of_faults);
    REQUIRE_FALSE(faults.cells.empty());
    const GraphRollup minutes = *fixture.store->graph(all);
    CHECK(rollup_files(fixture).empty());

    const auto pass = [&](Duration time) {
        fixture.clock.advance(time);
        fixture.advance(Duration::minutes(2));
    };
    const auto check = [&](std::int64_t grain) {
        CHECK(whole(fixture) == before);
        CHECK(whole(fixture, group_of_faults) == faults);
        for (const std::int64_t minute : minutes_of(*fixture.store->graph(all)))
            CHECK(minute % grain == 0);
        fixture.kill();
        fixture.must_open();
        CHECK(whole(fixture) == before);
    };
    pass(Duration::days(2));
    CHECK(fixture.store->status().parts == 0);
    CHECK(fixture.documents_in(trace_number(3)) == 0);
    CHECK(rollup_files(fixture).size() == 1);
    CHECK(*fixture.store->graph(all) == minutes);
    CHECK(fixture.metric("tomograph_store_folds_total") == 1);
    CHECK(fixture.metric("tomograph_store_rollup_files") == 1);
    CHECK(fixture.metric("tomograph_store_rollup_bytes") > 0);
    CHECK(fixture.metric("tomograph_store_rollup_cells") > 0);
    check(1);
    pass(Duration::days(7));
    check(5);
    pass(Duration::days(60));
    check(60);
    CHECK(rollup_files(fixture).size() == 1);
    CHECK(rollup_files(fixture).front().starts_with("20261101-"));
    pass(Duration::days(300));
    check(60);
    pass(Duration::days(100));
    CHECK(whole(fixture).cells.empty());
    CHECK(rollup_files(fixture).empty());
}

TEST_CASE("a coarse cell comes whole when the range touches a minute of it") {
    StoreFixture fixture(0, short_retention());
    fixture.options.rollup_minute_age = {};
    fixture.must_open();
    fill(fixture);
    fixture.clock.advance(Duration::days(2));
    fixture.advance(Duration::minutes(2));
    const auto minutes = minutes_of(*fixture.store->graph(all));
    REQUIRE(minutes.size() >= 2);
    const std::int64_t second = *minutes.begin() * 60;
    const TimeRange last_minute{Instant::from_seconds(second + 240),
                                Instant::from_seconds(second + 250)};
    CHECK(minutes_of(*fixture.store->graph(last_minute)) == std::set{*minutes.begin()});
    const TimeRange next{Instant::from_seconds(second + 300), Instant::from_seconds(second + 301)};
    CHECK_FALSE(minutes_of(*fixture.store->graph(next)).contains(*minutes.begin()));
}

TEST_CASE("many folds of one day are joined") {
    StoreFixture fixture(0, short_retention());
    fixture.options.retention_age = Duration::days(30);
    fixture.options.disk_budget_bytes = 1;
    fixture.options.merge_fan_in = 100;
    fixture.must_open();
    // The last 24 hours always stay: they are kept busy, a day before is filled bit by bit.
    fixture.clock.advance(Duration::days(2));
    fixture.must_append({{.trace = trace_number(999, test_second + 172'800),
                          .start_ms = 172'800'000,
                          .end_ms = 172'800'100}});
    fixture.settle();
    GraphRollup sum = whole(fixture);
    for (std::uint64_t i = 0; i < 20; ++i) {
        fixture.must_append({{.trace = trace_number(i)}});
        const GraphRollup before = whole(fixture);
        fixture.settle();
        fixture.advance(Duration::minutes(2));
        CHECK(without_bounds(whole(fixture)) == without_bounds(before));
        CHECK(rollup_files(fixture).size() <= fold_fan_in);
    }
    CHECK(fixture.metric("tomograph_store_folds_total") == 20);
    CHECK(fixture.metric("tomograph_store_expired_parts_total{rule=\"disk_budget\"}") == 20);
    CHECK(fixture.store->status().parts == 1);
}

TEST_CASE("a part waits while the log still needs what is below it") {
    StoreFixture fixture(0, short_retention());
    fixture.must_open();
    fixture.must_append({{.trace = trace_number(1)}});
    fixture.settle();
    fixture.clock.advance(Duration::days(2));
    const GraphRollup before = whole(fixture);
    // Nothing of the log was given up: the replay would find the document again.
    fixture.advance(Duration::minutes(2));
    CHECK(fixture.store->status().parts == 0);
    fixture.kill();
    fixture.must_open();
    CHECK(fixture.store->status().open_traces == 0);
    CHECK(whole(fixture) == before);
}

TEST_CASE("a late document of a trace that is gone starts a new trace") {
    StoreFixture fixture(0, short_retention());
    fixture.must_open();
    fixture.must_append({{.trace = trace_number(1)}});
    fixture.settle();
    fixture.clock.advance(Duration::days(2));
    fixture.advance(Duration::minutes(2));
    REQUIRE(fixture.store->status().parts == 0);
    fixture.must_append({{.trace = trace_number(1), .id = 2, .end_ms = 300}});
    CHECK(fixture.documents_in(trace_number(1)) == 1);
    for (const auto& [key, cell] : whole(fixture).cells) {
        if (key.entry == GraphEntry::node && cell.roots > 0) CHECK(cell.statistics.ok == 2);
        CHECK(cell.presence > 0);
    }
}

TEST_CASE("a damaged rollup is set aside or read without its damaged block; the store opens") {
    StoreFixture fixture(0, short_retention());
    fixture.must_open();
    fill(fixture);
    fixture.clock.advance(Duration::days(2));
    fixture.advance(Duration::minutes(2));
    const std::string path = "/data/rollup/" + rollup_files(fixture).front();
    const GraphRollup before = whole(fixture);
    fixture.kill();
    const std::string image = *read_file(fixture.files, path, 1 << 20);
    std::size_t without = 0;
    for (std::size_t at = 0; at < image.size(); at += 3) {
        CAPTURE(at);
        REQUIRE(replace_file(fixture.files, path, image));
        REQUIRE(fixture.files.flip(path, at, 0x10));
        fixture.must_open();
        const GraphRollup after = whole(fixture);
        if (!(after == before)) {
            CHECK(after.cells.empty());
            CHECK(fixture.metric("tomograph_store_damaged_reads_total") > 0);
            ++without;
        }
        // Nothing makes it worse, and it goes with its age.
        fixture.advance(Duration::minutes(2));
        CHECK(fixture.store->status().quarantined == 0);
        fixture.kill();
    }
    CHECK(without > 0);
    REQUIRE(replace_file(fixture.files, path, image.substr(0, image.size() / 2)));
    fixture.must_open();
    CHECK(fixture.store->status().quarantined == 1);
    CHECK(whole(fixture).cells.empty());
    fill(fixture, 500);
    fixture.kill();
    fixture.must_open();
    CHECK(fixture.store->status().quarantined == 1);
}

TEST_CASE("a rollup file that nobody lists is removed") {
    StoreFixture fixture(0, short_retention());
    fixture.must_open();
    fixture.kill();
    REQUIRE(replace_file(fixture.files, "/data/rollup/20261101-00000000000000ff.rollup", "x"));
    REQUIRE(replace_file(fixture.files, "/data/rollup/20261101-0000000000000100.rollup.tmp", "x"));
    fixture.must_open();
    CHECK(rollup_files(fixture).empty());
}

TEST_CASE("any one failing call while parts expire loses no sum and doubles none") {
    for (std::uint64_t n = 1; n <= 60; ++n) {
        CAPTURE(n);
        StoreFixture fixture(0, short_retention());
        fixture.must_open();
        fill(fixture);
        const GraphRollup before = whole(fixture);
        fixture.clock.advance(Duration::days(2));
        fixture.files.fail_call(n);
        for (int i = 0; i < 3; ++i) fixture.advance(Duration::minutes(2));
        // The failing call may hit this read: it is not repeated.
        static_cast<void>(fixture.store->graph(all));
        CHECK(whole(fixture) == before);
        CHECK(fixture.store->status().parts == 0);
        fixture.kill();
        auto opened = fixture.open();
        if (!opened) opened = fixture.open();  // the call had not come yet
        REQUIRE(opened);
        CHECK(whole(fixture) == before);
    }
}

}  // namespace
}  // namespace tomograph
