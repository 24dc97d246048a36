#include "service/sampling/demand_forecast.h"

#include <doctest/doctest.h>

using namespace tomograph;

namespace {

constexpr double interval = 10;

/// Requests of the ten seconds before `second`, of a program with bursts of a minute each two.
double burst_requests(int second) {
    double requests = 0;
    for (int t = second - 10; t < second; ++t) requests += t % 120 < 60 ? 12 : 0.5;
    return requests;
}

}  // namespace

TEST_CASE("until something was seen, all is expected to go on as it is") {
    DemandForecast forecast;
    DemandTrack client;
    forecast.note(client, 50, interval);
    CHECK(forecast.outlook(client).rate == 5);
    CHECK(forecast.outlook(client).kept == 1);
    CHECK(client.steadiness == 0);
}

TEST_CASE("bursts of some clients tell when those of others end") {
    DemandForecast forecast;
    for (int other = 0; other < 400; ++other) {
        DemandTrack client;
        for (int second = 10 + other % 40; second < 600; second += 10)
            forecast.note(client, burst_requests(second), interval);
    }
    DemandTrack client;
    for (int second = 10; second <= 220; second += 10)
        forecast.note(client, burst_requests(second), interval);
    CHECK(forecast.outlook(client).rate < 2);
    forecast.note(client, burst_requests(230), interval);
    forecast.note(client, burst_requests(240), interval);
    CHECK(forecast.outlook(client).rate > 5);  // a pause that is to end
    double kept_before = 1;
    for (int second = 255; second <= 295; second += 10) {
        forecast.note(client, burst_requests(second), interval);
        const auto outlook = forecast.outlook(client);
        CAPTURE(second);
        CHECK(outlook.rate > (second < 295 ? 10 : 5));
        CHECK((outlook.kept > 0.9) == (second < 295));
        CHECK(outlook.kept <= kept_before + 0.05);
        kept_before = outlook.kept;
    }
    forecast.note(client, burst_requests(305), interval);  // half of it is over
    CHECK(forecast.outlook(client).rate < 2);
    CHECK(forecast.outlook(client).kept < 0.3);
}

TEST_CASE("chance makes no demand unsteady") {
    DemandForecast forecast;
    DemandTrack client;
    const double requests[] = {40, 55, 48, 61, 44, 52, 39, 58};
    for (int n = 0; n < 40; ++n) forecast.note(client, requests[n % 8], interval);
    CHECK(client.steadiness > 0.7);
    CHECK(forecast.outlook(client).kept > 0.9);
    CHECK(forecast.outlook(client).rate > 4);
    CHECK(forecast.outlook(client).rate < 6);
    forecast.note(client, 0, interval);
    CHECK(client.steadiness < 0.1);
}

TEST_CASE("half a burst in a report is the middle of its first seconds") {
    DemandForecast forecast;
    DemandTrack client;
    for (int n = 0; n < 5; ++n) forecast.note(client, 120, interval);
    for (int n = 0; n < 5; ++n) forecast.note(client, 0, interval);
    CHECK_FALSE(client.is_high);
    CHECK(client.age > 40);
    forecast.note(client, 60, interval);
    CHECK(client.is_high);
    CHECK(client.age > 4);
    CHECK(client.age < 8);
    forecast.note(client, 120, interval);
    CHECK(client.age > 14);
}
