#include "query/time_series.h"

#include "query/limits.h"
#include "query_fixture.h"

using namespace tomograph;
using namespace tomograph::testing;

namespace {

TimeSeriesAnswer series(QueryFixture& fixture, const TimeSeriesRequest& request) {
    auto answer = get_time_series(fixture.context(), request);
    REQUIRE(answer);
    return std::move(answer).value();
}

/// A front that calls a table, which takes half of its time.
void put_request(QueryFixture& fixture, std::uint64_t trace, double start,
                 const std::string& more) {
    fixture.put(document(
        {.trace = trace,
         .name = "front",
         .start = start,
         .end = start + 0.2,
         .more = more + with_subsegments(embedded(
                            {.id = 2,
                             .name = "DynamoDB",
                             .start = start,
                             .end = start + 0.1,
                             .more = R"(,"namespace":"aws","aws":{"table_name":"orders"})"}))}));
}

}  // namespace

TEST_CASE("a time series has a point for each minute with requests") {
    QueryFixture fixture;
    put_request(fixture, 1, 10, "");
    put_request(fixture, 2, 50, R"(,"fault":true)");
    put_request(fixture, 3, 130, R"(,"http":{"response":{"status":429}})");
    put_request(fixture, 4, 3600, "");
    const TimeSeriesRequest request{.start = at(0), .end = at(600)};

    const auto clients = series(fixture, request);
    CHECK(clients.is_of_edges);
    CHECK_FALSE(clients.contains_old_group_versions);
    CHECK(clients.next_token.empty());
    REQUIRE(clients.points.size() == 2);
    CHECK(clients.points[0] ==
          TimeSeriesPoint{.start_second = epoch_second,
                          .statistics = {.ok = 1, .fault = 1, .total_response_time = 0.4},
                          .response_times = {{0.2, 2}}});
    CHECK(clients.points[1].start_second == epoch_second + 120);
    CHECK(clients.points[1].statistics ==
          ServiceStatistics{.throttle = 1, .total_response_time = 0.2});

    auto by_five = request;
    by_five.period_seconds = 300;
    const auto coarse = series(fixture, by_five);
    REQUIRE(coarse.points.size() == 1);
    CHECK(coarse.points[0].statistics.total() == 3);
    CHECK(coarse.points[0].start_second % 300 == 0);

    auto table = request;
    table.selector = R"(id(name: "orders", type: "AWS::DynamoDB::Table"))";
    const auto service = series(fixture, table);
    CHECK_FALSE(service.is_of_edges);
    REQUIRE(service.points.size() == 2);
    CHECK(service.points[0].statistics == ServiceStatistics{.ok = 2, .total_response_time = 0.2});

    auto call = request;
    call.selector = R"(edge("front", "orders"))";
    const auto edge = series(fixture, call);
    CHECK(edge.is_of_edges);
    REQUIRE(edge.points.size() == 2);
    CHECK(edge.points[0].response_times == ServiceHistogram{{0.1, 2}});

    auto nothing = request;
    nothing.selector = R"(service("unknown"))";
    CHECK(series(fixture, nothing).points.empty());
}

TEST_CASE("a bad request for a time series names the member") {
    QueryFixture fixture;
    struct Case {
        TimeSeriesRequest request;
        std::string_view message;
    };
    const TimeSeriesRequest good{.start = at(0), .end = at(60)};
    auto with = [&](auto change) {
        TimeSeriesRequest request = good;
        change(request);
        return request;
    };
    const Case cases[] = {
        {with([](auto& r) { r.end = r.start; }), "StartTime must be before EndTime"},
        {with([](auto& r) { r.end = r.start + Duration::hours(32 * 24); }),
         "the time from StartTime to EndTime is more than 31 days"},
        {with([](auto& r) { r.period_seconds = 30; }),
         "Period must be a multiple of 60, from 60 to 86400"},
        {with([](auto& r) { r.period_seconds = 90; }),
         "Period must be a multiple of 60, from 60 to 86400"},
        {with([](auto& r) { r.group_name = "mine"; }), "Group not found"},
        {with([](auto& r) { r.next_token = "forged"; }),
         "NextToken is not one that this request was answered with"},
    };
    for (const Case& c : cases) {
        const auto answer = get_time_series(fixture.context(), c.request);
        REQUIRE_FALSE(answer);
        CHECK(answer.error().message() == c.message);
    }
    CHECK_FALSE(
        get_time_series(fixture.context(), with([](auto& r) { r.selector = "service(\"a\") {"; })));
    CHECK(get_time_series(fixture.context(), with([](auto& r) { r.group_name = "Default"; })));
}

TEST_CASE("a filter instead of a selector is a series of the traces that it finds") {
    QueryFixture fixture;
    put_request(fixture, 1, 10, "");
    put_request(fixture, 2, 50, R"(,"fault":true)");
    put_request(fixture, 3, 130, R"(,"fault":true)");
    const auto of = [&](std::string_view selector) {
        TimeSeriesRequest request{.start = at(0), .end = at(600)};
        request.selector = selector;
        return series(fixture, request);
    };
    const auto clients = of("fault");
    CHECK(clients.is_of_edges);
    REQUIRE(clients.points.size() == 2);
    CHECK(clients.points[0].statistics ==
          ServiceStatistics{.fault = 1, .total_response_time = 0.2});
    const auto table = of(R"(fault AND service("orders"))");
    CHECK_FALSE(table.is_of_edges);
    REQUIRE(table.points.size() == 2);
    CHECK(table.points[1].statistics == ServiceStatistics{.ok = 1, .total_response_time = 0.1});
    // A filter that finds every trace finds what the sums say.
    CHECK(of(R"(ok OR !ok)").points == of("").points);
}

TEST_CASE("a forecast is asked for with services, and given where their past tells enough") {
    QueryFixture fixture;
    fixture.now = at(3 * 3600);
    for (std::uint64_t i = 0; i < 90; ++i)
        put_request(fixture, i, static_cast<double>(i) * 60 + 1,
                    i % 10 == 0 || i == 80 ? R"(,"fault":true)" : "");
    TimeSeriesRequest request{.start = at(0), .end = at(5400), .with_forecast = true};
    request.selector = R"(id(name: "front", type: ""))";
    const auto all = series(fixture, request);
    REQUIRE(all.points.size() == 90);
    for (std::size_t i = 0; i < all.points.size(); ++i) {
        CAPTURE(i);
        REQUIRE(all.points[i].expected_faults.has_value() == (i >= 10));
        if (i >= 10) CHECK(*all.points[i].expected_faults == ExpectedBand{.low = 0, .high = 3});
    }
    // The same whichever range is asked for, and none when nobody asks.
    auto late = request;
    late.start = at(4'210);
    const auto some = series(fixture, late);
    REQUIRE(some.points.size() == 20);
    for (std::size_t i = 0; i < some.points.size(); ++i)
        CHECK(some.points[i].expected_faults == all.points[70 + i].expected_faults);
    late.with_forecast = false;
    CHECK_FALSE(series(fixture, late).points[0].expected_faults.has_value());

    for (const std::string_view selector :
         {"", "service()", R"(edge("front", "orders"))", R"(fault AND service("front"))"}) {
        CAPTURE(selector);
        request.selector = selector;
        const auto refused = get_time_series(fixture.context(), request);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().message().find("ForecastStatistics needs") == 0);
    }
}

TEST_CASE("a long time series comes in pages that neither lose nor repeat a minute") {
    QueryFixture fixture;
    fixture.now = at(100'000);
    constexpr std::uint64_t minutes = 1'500;
    for (std::uint64_t i = 0; i < minutes; ++i)
        fixture.put(document({.trace = i,
                              .name = "front",
                              .start = static_cast<double>(i) * 60 + 1,
                              .end = static_cast<double>(i) * 60 + 2}));
    TimeSeriesRequest request{.start = at(30), .end = at(minutes * 60)};
    std::vector<TimeSeriesPoint> points;
    int pages = 0;
    do {
        const auto answer = series(fixture, request);
        points.insert(points.end(), answer.points.begin(), answer.points.end());
        request.next_token = answer.next_token;
        ++pages;
    } while (!request.next_token.empty());
    CHECK(pages == 2);
    REQUIRE(points.size() == minutes);
    for (std::uint64_t i = 0; i < minutes; ++i) {
        CHECK(points[i].start_second == epoch_second + static_cast<std::int64_t>(i) * 60);
        CHECK(points[i].statistics.total() == 1);
    }
}
