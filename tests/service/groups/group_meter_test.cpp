#include "service/groups/group_meter.h"

#include <doctest/doctest.h>

#include "api/scripted_store.h"
#include "catalog/sqlite_catalog.h"
#include "service/groups/group_service.h"
#include "support/memory_store.h"

using namespace tomograph;
using namespace tomograph::testing;

namespace {

constexpr std::int64_t now_minute = 29'928'000;

/// Sums as the test says, whatever the range: the meter must look at its own.
class SeriesStore final : public ScriptedStore {
 public:
    GraphSeries series;
    std::vector<TimeRange> asked;

    SeriesStore() { current.ready = true; }
    Result<GraphSeries> graph_series(const GraphSeriesQuery& query) override {
        if (failure) return *failure;
        asked.push_back(query.range);
        GraphSeries found;
        for (const auto& [minute, counted] : series.points)
            if (query.range.contains(Instant::from_seconds(minute * 60)))
                found.points.emplace(minute, counted);
        return found;
    }
    void set(std::int64_t minute, std::int64_t ok, std::int64_t fault, std::int64_t ms = 30) {
        RequestStatistics& counted = series.points[now_minute + minute];
        counted = {};
        counted.ok = ok;
        counted.fault = fault;
        counted.response_time.add(Duration::milliseconds(ms), ok + fault);
    }
};

struct MeterBench {
    ManualClock clock{Instant::from_seconds(now_minute * 60 + 61)};
    MetricsRegistry metrics;
    std::unique_ptr<Catalog> catalog = open_sqlite_catalog(":memory:", clock).value();
    GroupClasses classes{metrics};
    SeriesStore store;
    MemoryStore arrivals;
    GroupService groups{*catalog, arrivals, classes, {}};
    GroupMeter meter{{.store = store,
                      .groups = classes,
                      .directory = groups,
                      .clock = clock,
                      .metrics = metrics}};

    MeterBench() { REQUIRE(classes.load(*catalog, {})); }

    void tick_at(std::int64_t minute) {
        clock.jump(Instant::from_seconds((now_minute + minute) * 60 + 61) - clock.now());
        REQUIRE(meter.tick());
    }
    bool has(std::string_view line) {
        return ("\n" + metrics.to_prometheus_text()).find("\n" + std::string(line) + "\n") !=
               std::string::npos;
    }
    bool counts(std::string_view outcome, int count) {
        return has("tomograph_group_requests_total{group=\"Default\",outcome=\"" +
                   std::string(outcome) + "\"} " + std::to_string(count));
    }
};

}  // namespace

TEST_CASE("requests of a group are counted from the start of the program on, late ones too") {
    MeterBench bench;
    bench.store.set(-3, 7, 1);
    bench.tick_at(0);
    CHECK(bench.counts("ok", 0));
    CHECK(bench.store.asked.at(0) ==
          TimeRange{.start = Instant::from_seconds((now_minute - 10) * 60),
                    .end = Instant::from_seconds(now_minute * 60)});
    bench.store.set(0, 10, 2);
    bench.tick_at(0);
    CHECK(bench.store.asked.size() == 1);
    bench.tick_at(1);
    CHECK(bench.counts("ok", 10));
    CHECK(bench.counts("fault", 2));
    CHECK(bench.has(R"(tomograph_group_approximate_trace_count{group="Default"} 12)"));
    CHECK(bench.has(R"(tomograph_group_response_seconds_bucket{group="Default",le="0.05"} 12)"));
    CHECK(bench.has(R"(tomograph_group_response_seconds_bucket{group="Default",le="0.025"} 0)"));

    // Of the minute before, and of one that was there before the program: what came late.
    bench.store.set(0, 13, 2);
    bench.store.set(-3, 8, 1);
    bench.tick_at(2);
    CHECK(bench.counts("ok", 14));
    CHECK(bench.has(R"(tomograph_group_approximate_trace_count{group="Default"} 0)"));
}

TEST_CASE("a counter never goes back, and what changed its outcome counts as both") {
    MeterBench bench;
    bench.tick_at(0);
    bench.store.set(0, 10, 0);
    bench.tick_at(1);
    bench.store.set(0, 8, 2);
    bench.tick_at(2);
    CHECK(bench.counts("ok", 10));
    CHECK(bench.counts("fault", 2));
    bench.store.set(0, 10, 0);
    bench.tick_at(3);
    CHECK(bench.counts("ok", 10));
    // Eleven minutes later nobody looks at it any more.
    bench.tick_at(11);
    bench.store.set(0, 100, 0);
    bench.tick_at(12);
    CHECK(bench.counts("ok", 10));
}

TEST_CASE("a pause is caught up with, for an hour") {
    MeterBench bench;
    bench.tick_at(0);
    bench.store.set(2, 5, 0);
    bench.tick_at(50);
    CHECK(bench.counts("ok", 5));
    bench.tick_at(500);
    CHECK(bench.store.asked.back().start == Instant::from_seconds((now_minute + 430) * 60));
}

TEST_CASE("a read that fails is done again, and a starting store is not asked") {
    MeterBench bench;
    bench.tick_at(0);
    bench.store.set(0, 5, 0);
    bench.clock.advance(Duration::minutes(1));
    bench.store.failure = Error(ErrorCode::io, "disk");
    CHECK_FALSE(bench.meter.tick());
    bench.store.failure.reset();
    bench.store.current.ready = false;
    REQUIRE(bench.meter.tick());
    CHECK(bench.counts("ok", 0));
    bench.store.current.ready = true;
    REQUIRE(bench.meter.tick());
    CHECK(bench.counts("ok", 5));
}

TEST_CASE("names of groups that come and go do not fill the metrics") {
    MeterBench bench;
    const ChangeOrigin somebody{.who = "", .address = "", .operation = "Test"};
    for (int n = 0; n < 120; ++n) {
        const std::string name = "g" + std::to_string(n);
        REQUIRE(bench.groups.create(somebody, {.name = name}));
        bench.tick_at(n);
        REQUIRE(bench.groups.remove(somebody, {.name = name}));
    }
    const std::string text = bench.metrics.to_prometheus_text();
    CHECK(text.find("group=\"g98\"") != std::string::npos);
    CHECK(text.find("group=\"g99\"") == std::string::npos);
}
