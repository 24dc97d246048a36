#include "query/latency_chart.h"

#include "query/query_fixture.h"

using namespace tomograph;
using namespace tomograph::testing;

namespace {

GroupQuery traces_of(TimeRange range) {
    return {.traces = {.range = range}, .unit = GroupUnit::traces};
}

}  // namespace

TEST_CASE("bands of latency follow one another, and each latency is in one") {
    CHECK(latency_band_of(Duration::microseconds(999)) == 0);
    CHECK(latency_band_of(Duration::milliseconds(1)) == 1);
    CHECK(latency_band_of(Duration::milliseconds(10)) == 9);
    CHECK(latency_band_of(Duration::days(400)) == latency_bands - 1);
    for (std::size_t band = 1; band < latency_bands; ++band) {
        CHECK(latency_band_end(band - 1) < latency_band_end(band));
        CHECK(latency_band_of(latency_band_end(band - 1)) == band);
    }
}

TEST_CASE("a latency chart says how long traces took, and when") {
    QueryFixture fixture;
    for (std::uint64_t n = 0; n < 6; ++n) {
        const double start = static_cast<double>(n) * 20;
        fixture.put("{\"trace_id\":\"" + trace_text(n, static_cast<std::int64_t>(start)) + "\"," +
                    entity_json({.id = n + 1,
                                 .start = start,
                                 .end = start + (n < 3 ? 0.010 : 2),
                                 .more = n == 5 ? ",\"fault\":true" : ""}) +
                    "}");
    }
    GroupQuery query = traces_of({at(0), at(180)});
    query.step = Duration::seconds(60);
    const auto chart = read_latency_chart(fixture.store, query);
    REQUIRE(chart);
    CHECK(chart->whole.count == 6);
    CHECK(chart->whole.faults == 1);
    REQUIRE(chart->histogram.size() == 2);
    CHECK(chart->histogram[0] == HistogramEntry{0.010, 3});
    std::uint64_t counted = 0;
    for (const LatencyStep& step : chart->steps) {
        CHECK(step.start.second() % 60 == 0);
        std::int64_t in_bands = 0;
        for (const BandCount& band : step.bands) in_bands += band.count;
        CHECK(in_bands == static_cast<std::int64_t>(step.counts.count));
        counted += step.counts.count;
    }
    CHECK(counted == 6);
    CHECK(chart->coverage.matched == 6);
    CHECK(std::is_sorted(chart->steps.begin(), chart->steps.end(),
                         [](const auto& a, const auto& b) { return a.start < b.start; }));
}

TEST_CASE("a chart takes a step that fits, and refuses more steps than it answers") {
    QueryFixture fixture;
    struct Case {
        Duration range;
        std::int64_t step;
    };
    for (const Case& each : {Case{Duration::seconds(100), 1}, Case{Duration::minutes(15), 10},
                             Case{Duration::hours(6), 300}, Case{Duration::days(30), 21600},
                             Case{Duration::days(365), 4 * 86400}}) {
        const auto chart =
            read_latency_chart(fixture.store, traces_of({at(0), at(0) + each.range}));
        REQUIRE(chart);
        CHECK(chart->step == Duration::seconds(each.step));
    }
    GroupQuery query = traces_of({at(0), at(3601)});
    query.step = Duration::seconds(1);
    const auto refused = read_latency_chart(fixture.store, query);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message() ==
          "the range has 3601 steps, at most 2000 are answered: ask for longer ones");
}
