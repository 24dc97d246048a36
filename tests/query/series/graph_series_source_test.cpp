#include "query/series/graph_series_source.h"

#include <doctest/doctest.h>

#include "query/promql/evaluator.h"
#include "query/promql/parser.h"
#include "query/query_fixture.h"

namespace tomograph::testing {
namespace {

/// A second after the epoch of the documents, which is a whole minute.
std::int64_t ms_at(std::int64_t seconds) { return (epoch_second + seconds) * 1000; }

struct Fixture : QueryFixture {
    ManualClock clock{at(3600)};
    GraphSeriesSource source{store, clock};

    /// A call of web to shop that began at a second and took so long.
    void call(double second, double seconds, const std::string& more = "") {
        const std::uint64_t n = ++calls_;
        put(document(
            {.trace = n,
             .id = n * 10,
             .name = "web",
             .start = second,
             .end = second + seconds + 0.5,
             .more = with_subsegments(embedded({.id = n * 10 + 1,
                                                .name = "shop",
                                                .start = second,
                                                .end = second + seconds,
                                                .more = R"(,"namespace":"remote")" + more}))}));
    }

    std::vector<promql::VectorSeries> ask(const std::string& text, promql::Steps steps) {
        const auto expression = promql::parse_expression(text);
        REQUIRE(expression);
        promql::ReadBudget budget({}, {});
        const auto value = promql::evaluate(**expression, steps, source, budget);
        REQUIRE_MESSAGE(value, (value ? "" : value.error().message()));
        return value->vector;
    }

 private:
    std::uint64_t calls_ = 0;
};

}  // namespace

TEST_CASE("calls between services are counters that have a sample a minute") {
    Fixture fixture;
    for (const double second : {1, 2, 59, 61, 125}) fixture.call(second, 0.3);
    fixture.call(130, 3, R"(,"fault":true)");
    const auto total = fixture.ask("traces_service_graph_request_total{client=\"web\"}",
                                   {.start_ms = ms_at(0), .step_ms = 60'000, .count = 5});
    REQUIRE(total.size() == 1);
    CHECK(
        to_text(total[0].labels) ==
        R"(traces_service_graph_request_total{client="web", connection_type="virtual_node", server="shop"})");
    CHECK(total[0].values == std::vector<double>{0, 3, 4, 6, 6});
    const auto failed = fixture.ask("traces_service_graph_request_failed_total{client=\"web\"}",
                                    {.start_ms = ms_at(180), .step_ms = 1, .count = 1});
    REQUIRE(failed.size() == 1);
    CHECK(failed[0].values == std::vector<double>{1});
    const auto increase =
        fixture.ask("increase(traces_service_graph_request_total{client=\"web\"}[2m])",
                    {.start_ms = ms_at(180), .step_ms = 1, .count = 1});
    REQUIRE(increase.size() == 1);
    // Two samples, a minute apart, of a window of two: what lies between them, extrapolated.
    CHECK(increase[0].values[0] == doctest::Approx(4));
}

TEST_CASE("how long calls took is a histogram of seconds") {
    Fixture fixture;
    for (const double seconds : {0.001, 0.3, 0.3, 3.0, 20.0}) fixture.call(1, seconds);
    const auto buckets =
        fixture.ask("traces_service_graph_request_server_seconds_bucket{client=\"web\"}",
                    {.start_ms = ms_at(60), .step_ms = 1, .count = 1});
    REQUIRE(buckets.size() == 17);
    for (const auto& [le, count] :
         {std::pair{"0.002", 1}, {"0.4", 3}, {"0.2", 1}, {"5", 4}, {"15", 4}, {"+Inf", 5}}) {
        CAPTURE(std::string(le));
        bool is_there = false;
        for (const auto& series : buckets)
            if (series.labels.get("le") == le) {
                is_there = true;
                CHECK(series.values[0] == count);
            }
        CHECK(is_there);
    }
    const auto sum = fixture.ask("traces_service_graph_request_client_seconds_sum{client=\"web\"}",
                                 {.start_ms = ms_at(60), .step_ms = 1, .count = 1});
    REQUIRE(sum.size() == 1);
    CHECK(sum[0].values[0] == doctest::Approx(23.601));
}

TEST_CASE("no sample stands in the future, and none where nothing is asked for") {
    Fixture fixture;
    fixture.call(3599, 0.1);
    CHECK(fixture
              .ask("traces_service_graph_request_total offset -10m",
                   {.start_ms = ms_at(3600), .step_ms = 1, .count = 1})
              .empty());
    CHECK(fixture
              .ask("traces_service_graph_request_total{client=\"shop\"}",
                   {.start_ms = ms_at(3600), .step_ms = 1, .count = 1})
              .empty());
    CHECK(fixture.ask("up", {.start_ms = ms_at(3600), .step_ms = 1, .count = 1}).empty());
}

TEST_CASE("labels are listed without samples") {
    Fixture fixture;
    fixture.call(1, 0.3);
    promql::ReadBudget budget({}, {});
    std::set<LabelSet> sets;
    const auto matchers = promql::parse_matchers(R"({__name__=~".*_count", client="web"})");
    REQUIRE(matchers);
    const promql::MsRange range{ms_at(0), ms_at(60)};
    REQUIRE(fixture.source.label_sets({*matchers, range, range}, budget, sets));
    REQUIRE(sets.size() == 2);
    CHECK(sets.begin()->get("server") == "shop");
}

}  // namespace tomograph::testing
