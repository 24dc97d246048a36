#include "service/sampling/rule_boost.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace tomograph;

namespace {

struct Bench {
    RuleBoost boost;
    SamplingRule rule{.name = "a",
                      .fixed_rate = 0.05,
                      .boost = SamplingBoost{.rate_max = 0.5, .cooldown_minutes = 5}};
    Duration now = Duration::hours(1);

    std::optional<double> rate() {
        const auto its = boost.now(rule, now);
        return its ? std::optional(its->rate) : std::nullopt;
    }
    /// Ten seconds of a service, told at their end.
    std::optional<double> after(std::int64_t anomalies, std::int64_t sampled,
                                const std::string& service = "api") {
        now = now + Duration::seconds(10);
        boost.add({.service = service,
                   .traces = 1'000,
                   .anomalies = anomalies,
                   .sampled_anomalies = sampled},
                  now);
        return rate();
    }
};

}  // namespace

TEST_CASE("a rate rises as far as one anomaly a second is sampled, and no further") {
    Bench bench;
    CHECK(bench.after(0, 0) == std::nullopt);
    CHECK(bench.after(100, 5) == doctest::Approx(0.2));  // five a second, over two windows
    CHECK(bench.after(100, 20) == doctest::Approx(0.1));
    CHECK(bench.boost.started() == 1);
}

TEST_CASE("a rate never exceeds MaxRate, and rounds up to thousandths") {
    Bench bench;
    CHECK(bench.after(1, 0) == 0.5);
    Bench other;
    other.rule.fixed_rate = 0;
    CHECK(other.after(70, 0) == 0.143);
}

TEST_CASE("no boost where enough anomalies are sampled, or the rule has none") {
    Bench bench;
    CHECK(bench.after(100, 10) == std::nullopt);
    bench.rule.boost.reset();
    CHECK(bench.after(100, 0) == std::nullopt);
    bench.rule.boost = SamplingBoost{.rate_max = 0.05};
    CHECK(bench.after(100, 0) == std::nullopt);
}

TEST_CASE("a boost lasts a minute, and the next waits for the cool-down") {
    Bench bench;
    REQUIRE(bench.after(10, 0));
    const Duration start = bench.now;
    while (bench.now < start + Duration::seconds(50)) CHECK(bench.after(10, 0));
    while (bench.now < start + Duration::seconds(290)) CHECK_FALSE(bench.after(10, 0));
    CHECK(bench.after(10, 0));
    CHECK(bench.boost.started() == 2);
}

TEST_CASE("a cool-down of 0 is no pause") {
    Bench bench;
    bench.rule.boost->cooldown_minutes = 0;
    for (int n = 0; n < 30; ++n) CHECK(bench.after(10, 0));
}

TEST_CASE("a boost ends early when anomalies do") {
    Bench bench;
    REQUIRE(bench.after(10, 0));
    CHECK(bench.after(0, 0));
    CHECK_FALSE(bench.after(0, 0));
}

TEST_CASE("a trace that passes two services is counted once") {
    Bench bench;
    bench.boost.add({.service = "front", .traces = 1'000, .anomalies = 80, .sampled_anomalies = 0},
                    bench.now + Duration::seconds(10));
    CHECK(bench.after(100, 0) == doctest::Approx(0.1));
}

TEST_CASE("services beyond the bound are not counted") {
    Bench bench;
    for (std::size_t n = 0; n < RuleBoost::services_max; ++n)
        CHECK(bench.boost.add({.service = fmt::format("s{}", n)}, bench.now));
    CHECK_FALSE(bench.boost.add({.service = "more"}, bench.now));
    CHECK(bench.boost.add({.service = "s7"}, bench.now));
}
