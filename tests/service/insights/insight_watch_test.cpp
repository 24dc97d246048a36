#include "service/insights/insight_watch.h"

#include <doctest/doctest.h>

#include "api/scripted_store.h"
#include "catalog/sqlite_catalog.h"
#include "service/groups/group_service.h"
#include "service/insights/insight_fixture.h"
#include "service/insights/limits.h"
#include "support/memory_store.h"

using namespace tomograph;
using namespace tomograph::testing;

namespace {

const ChangeOrigin somebody{.who = "", .address = "", .operation = "Test"};

/// One service, of which 40 of 100 requests fail from `fails_from` to `fails_to`.
class OutageStore final : public ScriptedStore {
 public:
    std::int64_t fails_from = test_minute;
    std::int64_t fails_to = test_minute + 20;
    std::size_t reads = 0;

    OutageStore() { current.ready = true; }
    Result<GraphRollup> graph(TimeRange range, GraphGrain, GroupId) override {
        if (failure) return *failure;
        ++reads;
        GraphRollup rollup;
        for (std::int64_t minute = range.start.second() / 60; minute < range.end.second() / 60;
             ++minute) {
            if (minute < test_minute - 200) continue;
            const bool fails = minute >= fails_from && minute < fails_to;
            GraphCell& cell =
                rollup.cells[{.minute = minute, .source = {}, .target = service_named("api")}];
            cell.statistics.fault = fails ? 40 : 0;
            cell.statistics.ok = fails ? 60 : 100;
            cell.presence = 100;
        }
        return rollup;
    }
};

struct WatchBench {
    ManualClock clock{Instant::from_seconds(test_minute * 60)};
    MetricsRegistry metrics;
    std::unique_ptr<Catalog> catalog = open_sqlite_catalog(":memory:", clock).value();
    GroupClasses classes{metrics};
    OutageStore store;
    MemoryStore arrivals;
    GroupService groups{*catalog, arrivals, classes, {}};
    std::unique_ptr<InsightWatch> watch = start();

    WatchBench() {
        REQUIRE(classes.load(*catalog, {}));
        set_insights(true);
    }
    std::unique_ptr<InsightWatch> start() {
        return std::make_unique<InsightWatch>(InsightWatch::Parts{.catalog = *catalog,
                                                                  .store = store,
                                                                  .groups = classes,
                                                                  .directory = groups,
                                                                  .clock = clock,
                                                                  .metrics = metrics});
    }
    void set_insights(bool are_on) {
        REQUIRE(groups.update(somebody, {.name = "Default"}, {.insights = are_on}));
    }
    /// At which minutes [.., to) are over, and settled.
    void set_clock(std::int64_t to) {
        clock.jump(Instant::from_seconds((test_minute + to) * 60 + 61) - clock.now());
    }
    std::vector<StoredInsight> found() {
        std::vector<StoredInsight> insights;
        REQUIRE(catalog->read([&](const CatalogView& view) -> Result<void> {
            insights = TRY(view.insights().list({.first_minute = 0, .last_minute = 1'000'000'000}));
            return {};
        }));
        return insights;
    }
    std::size_t events_of(const std::string& id) {
        std::size_t count = 0;
        REQUIRE(catalog->read([&](const CatalogView& view) -> Result<void> {
            const auto events = TRY(view.insights().events(id, 1000, 1000));
            count = events.size();
            return {};
        }));
        return count;
    }
};

}  // namespace

TEST_CASE("a restart in the middle of an outage goes on with its insight") {
    WatchBench whole;
    whole.set_clock(60);
    REQUIRE(whole.watch->tick());
    const auto expected = whole.found();
    REQUIRE(expected.size() == 1);
    CHECK(expected[0].start_minute == test_minute);
    CHECK(expected[0].end_minute == test_minute + 20);

    WatchBench stopped;
    // The ids hang on the group, which each catalog gives a name of its own.
    for (const std::int64_t to : {3, 4, 9, 25, 33, 60}) {
        stopped.set_clock(to);
        stopped.watch = stopped.start();
        REQUIRE(stopped.watch->tick());
    }
    const auto found = stopped.found();
    REQUIRE(found.size() == 1);
    CHECK(found[0].start_minute == test_minute);
    CHECK(found[0].end_minute == test_minute + 20);
    CHECK(found[0].at_cause == expected[0].at_cause);
    CHECK(found[0].summary == expected[0].summary);
    CHECK(stopped.events_of(found[0].id) == whole.events_of(expected[0].id));
}

TEST_CASE("a read that fails, and a store that starts, are waited for") {
    WatchBench bench;
    bench.set_clock(10);
    bench.store.current.ready = false;
    REQUIRE(bench.watch->tick());
    CHECK(bench.store.reads == 0);
    bench.store.current.ready = true;
    bench.store.failure = Error(ErrorCode::io, "disk");
    CHECK_FALSE(bench.watch->tick());
    CHECK(bench.found().empty());
    bench.store.failure.reset();
    REQUIRE(bench.watch->tick());
    REQUIRE(bench.found().size() == 1);
    CHECK(bench.found()[0].is_active());
    // A minute is looked at once.
    const std::size_t reads = bench.store.reads;
    REQUIRE(bench.watch->tick());
    CHECK(bench.store.reads == reads);
}

TEST_CASE("insights end when they are switched off, and nothing is read without any") {
    WatchBench bench;
    bench.set_clock(10);
    REQUIRE(bench.watch->tick());
    bench.set_insights(false);
    const std::size_t reads = bench.store.reads;
    REQUIRE(bench.watch->tick());
    CHECK(bench.store.reads == reads);
    REQUIRE(bench.found().size() == 1);
    CHECK(bench.found()[0].end_minute == test_minute + 10);
}

TEST_CASE("after days the last six hours are looked at, and old insights go after a month") {
    WatchBench bench;
    bench.set_clock(60);
    REQUIRE(bench.watch->tick());
    bench.set_clock(3 * 1440);
    REQUIRE(bench.watch->tick());
    REQUIRE(bench.catalog->read([&](const CatalogView& view) -> Result<void> {
        const auto progress = TRY(view.insights().progress());
        REQUIRE(progress.size() == 1);
        CHECK(progress[0].next_minute == test_minute + 3 * 1440);
        return {};
    }));
    CHECK(bench.found().size() == 1);
    bench.set_clock(31 * 1440);
    REQUIRE(bench.watch->tick());
    CHECK(bench.found().empty());
    // A clock that was ahead is no reason to wait for a month.
    bench.set_clock(4 * 1440);
    const std::size_t reads = bench.store.reads;
    REQUIRE(bench.watch->tick());
    bench.set_clock(4 * 1440 + 1);
    REQUIRE(bench.watch->tick());
    CHECK(bench.store.reads > reads);
}
