#include "trace/trace_order.h"

#include <doctest/doctest.h>

using namespace tomograph;

TEST_CASE("the second in a trace id counts when it is believable") {
    constexpr std::int64_t start = 1'478'232'000;
    struct Case {
        std::int64_t claimed, second;
    };
    for (const Case& c : {Case{start, start}, Case{start - 3600, start - 3600},
                          Case{start - 7 * 86'400, start - 7 * 86'400},
                          Case{start - 7 * 86'400 - 1, start}, Case{start + 300, start + 300},
                          Case{start + 301, start}, Case{0, start}, Case{0xffffffff, start}}) {
        CAPTURE(c.claimed);
        const TraceId id{static_cast<std::uint64_t>(c.claimed) << 32, 1};
        CHECK(trace_second(id, Instant::from_seconds(start)) == c.second);
    }
}

TEST_CASE("a sample holds about its share, and every smaller sample") {
    int tenth = 0, half = 0;
    for (std::uint64_t i = 1; i <= 10'000; ++i) {
        const TraceId id{i << 32, i};
        tenth += is_in_sample(id, 0.1) ? 1 : 0;
        half += is_in_sample(id, 0.5) ? 1 : 0;
        if (is_in_sample(id, 0.1)) CHECK(is_in_sample(id, 0.5));
        CHECK(is_in_sample(id, 1));
        CHECK_FALSE(is_in_sample(id, 0));
    }
    CHECK(tenth > 850);
    CHECK(tenth < 1150);
    CHECK(half > 4800);
    CHECK(half < 5200);
}
