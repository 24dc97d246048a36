#include "base/clock.h"

#include <doctest/doctest.h>

namespace tomograph {

TEST_CASE("a manual clock moves only when told") {
    ManualClock clock(Instant::from_seconds(100));
    CHECK(clock.now() == Instant::from_seconds(100));
    clock.advance(Duration::seconds(5));
    CHECK(clock.now() == Instant::from_seconds(105));
    CHECK(clock.monotonic() == Duration::seconds(5));
    clock.jump(Duration::hours(-1));
    CHECK(clock.now() == Instant::from_seconds(105 - 3600));
    CHECK(clock.monotonic() == Duration::seconds(5));
}

TEST_CASE("the real clock is in this century and never goes back") {
    const RealClock clock;
    CHECK(clock.now() > Instant::from_seconds(1'600'000'000));
    const Duration before = clock.monotonic();
    CHECK(clock.monotonic() >= before);
}

TEST_CASE("whole seconds are rounded towards the past") {
    struct Case {
        std::int64_t ns;
        std::int64_t second;
    };
    for (const auto& [ns, second] : {Case{0, 0},
                                     {999'999'999, 0},
                                     {1'000'000'000, 1},
                                     {-1, -1},
                                     {-1'000'000'000, -1},
                                     {-1'000'000'001, -2}})
        CHECK(Instant{ns}.second() == second);
}

TEST_CASE("a range holds its start and not its end") {
    const TimeRange range{{10}, {20}};
    CHECK_FALSE(range.contains({9}));
    CHECK(range.contains({10}));
    CHECK(range.contains({19}));
    CHECK_FALSE(range.contains({20}));
}

}  // namespace tomograph
