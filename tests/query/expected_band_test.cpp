#include "query/expected_band.h"

#include <doctest/doctest.h>

#include <cmath>
#include <functional>

using namespace tomograph;

namespace {

constexpr std::int64_t minute = 60;
constexpr std::int64_t hour = 60 * minute;
constexpr std::int64_t day = 24 * hour;
constexpr std::int64_t now = 20'000 * day + 9 * hour;

/// A recorded past of `minutes` minutes before `now`: what happened so many minutes ago.
FaultHistory recorded(std::int64_t minutes, const std::function<PeriodCount(std::int64_t)>& at) {
    FaultHistory history;
    for (std::int64_t ago = 1; ago <= minutes; ++ago) {
        const PeriodCount count = at(ago);
        if (count.requests > 0) history.periods[now - ago * minute] = count;
    }
    return history;
}

/// Scatter that is the same on every machine: 0 to `width`, about evenly.
std::int64_t scatter(std::int64_t n, std::int64_t width) {
    const auto mixed = static_cast<std::uint64_t>(n) * 0x9E37'79B9'7F4A'7C15u;
    return static_cast<std::int64_t>((mixed >> 33) % static_cast<std::uint64_t>(width + 1));
}

ExpectedBand band(const FaultHistory& history, std::int64_t second = now) {
    const auto expected = expected_faults(history, second);
    REQUIRE(expected);
    CHECK(expected->low >= 0);
    CHECK(expected->low <= expected->high);
    return *expected;
}

}  // namespace

TEST_CASE("too little is known of what is new, and nothing of what was not there") {
    CHECK_FALSE(expected_faults({}, now));
    CHECK_FALSE(expected_faults(recorded(9, [](auto) { return PeriodCount{10, 1}; }), now));
    CHECK(expected_faults(recorded(10, [](auto) { return PeriodCount{10, 1}; }), now));
    // An hour without requests: nobody knows.
    const auto silent =
        recorded(300, [](auto ago) { return ago > 60 ? PeriodCount{10, 1} : PeriodCount{}; });
    CHECK_FALSE(expected_faults(silent, now));
}

TEST_CASE("constant faults are expected as far as rare events scatter") {
    const auto none = [](auto) { return PeriodCount{100, 0}; };
    const auto nine = [](auto) { return PeriodCount{100, 9}; };
    for (const std::int64_t minutes : {std::int64_t{60}, 8 * day / minute}) {
        CHECK(band(recorded(minutes, none)) == ExpectedBand{.low = 0, .high = 3});
        CHECK(band(recorded(minutes, nine)) == ExpectedBand{.low = 0, .high = 18});
    }
    const auto many = recorded(60, [](auto) { return PeriodCount{9'000, 900}; });
    CHECK(band(many) == ExpectedBand{.low = 810, .high = 990});
}

TEST_CASE("noise widens the band until it holds nearly all of it") {
    for (const std::int64_t minutes : {std::int64_t{60}, 8 * day / minute}) {
        const auto noisy =
            recorded(minutes, [](auto ago) { return PeriodCount{1'000, 20 + scatter(ago, 60)}; });
        const ExpectedBand expected = band(noisy);
        CHECK(expected.low <= 20);
        CHECK(expected.high >= 80);
        CHECK(expected.high < 160);
    }
}

TEST_CASE("a step is outside of the band at first, and inside when it stays") {
    const auto step = [](std::int64_t since) {
        return recorded(120, [=](auto ago) { return PeriodCount{100, ago <= since ? 50 : 4}; });
    };
    CHECK(band(step(0)).high == 10);
    CHECK(band(step(1)).high < 20);
    CHECK(band(step(3)).high < 50);
    CHECK(band(step(45)).high >= 50);
    CHECK(band(step(60)).low > 4);
    // One bad minute does not move it much.
    const auto spike =
        recorded(120, [](auto ago) { return PeriodCount{10'000, ago == 5 ? 9'000 : 4}; });
    CHECK(band(spike).high < 20);
}

TEST_CASE("what happens every day at a time is expected at that time") {
    // Every day a job fails a lot from nine to ten.
    const auto daily = recorded(8 * day / minute, [](auto ago) {
        const std::int64_t of_day = (((now - ago * minute) % day) + day) % day;
        const bool is_job = of_day >= 9 * hour && of_day < 10 * hour;
        return PeriodCount{1'000, is_job ? 400 + scatter(ago, 20) : 2};
    });
    const ExpectedBand in_job = band(daily, now + 30 * minute);
    CHECK(in_job.low > 300);
    CHECK(in_job.high > 420);
    CHECK(in_job.high < 520);
    const ExpectedBand before = band(daily, now - 60 * minute);
    CHECK(before == ExpectedBand{.low = 0, .high = 6});

    // A day that was an outage changes nothing, nor do days when it did not run.
    FaultHistory outage = daily;
    for (auto& [second, count] : outage.periods)
        if (second >= now - day - hour && second < now - day + 2 * hour) count.faults = 1'000;
    CHECK(std::abs(band(outage, now + 30 * minute).high - in_job.high) < 40);
    std::erase_if(outage.periods, [](const auto& period) {
        return period.first >= now - 3 * day && period.first < now - day / 2;
    });
    CHECK(std::abs(band(outage, now + 30 * minute).high - in_job.high) < 40);
}

TEST_CASE("sparse requests have a band while there is one an hour") {
    const auto sparse = recorded(8 * day / minute, [](auto ago) {
        return ago % 45 == 20 ? PeriodCount{1, ago % 90 == 20 ? 1 : 0} : PeriodCount{};
    });
    CHECK(band(sparse) == ExpectedBand{.low = 0, .high = 3});
}

TEST_CASE("a band is of the past alone, and of as much as its reads say") {
    for (const std::int64_t period : {minute, 5 * minute, 7 * minute, hour, 6 * hour, day}) {
        CAPTURE(period);
        FaultHistory whole{.period_seconds = period};
        const std::int64_t first = (now - 20 * day) / period * period;
        for (std::int64_t at = first; at < now + day; at += period)
            if (scatter(at, 9) > 1)
                whole.periods[at] = {.requests = 10, .faults = scatter(at + 1, 30)};
        const std::int64_t start = (now - 3 * hour) / period * period;
        const TimeRange range{.start = Instant::from_seconds(start),
                              .end = Instant::from_seconds(start + 4 * period)};
        FaultHistory read{.period_seconds = period};
        const auto reads = expected_band_reads(range, period);
        for (std::size_t i = 1; i < reads.size(); ++i) CHECK(reads[i - 1].end < reads[i].start);
        for (const auto& [second, count] : whole.periods)
            for (const TimeRange& each : reads)
                if (each.contains(Instant::from_seconds(second))) read.periods[second] = count;
        for (std::int64_t at = start; at < start + 4 * period; at += period) {
            const auto expected = expected_faults(whole, at);
            CHECK(expected_faults(read, at) == expected);
            CHECK(expected.has_value() == true);
            FaultHistory changed = whole;
            for (auto& [second, count] : changed.periods)
                if (second >= at) count = {.requests = 999, .faults = 999};
            CHECK(expected_faults(changed, at) == expected);
        }
    }
}
