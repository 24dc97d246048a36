#include <doctest/doctest.h>

#include "support/sampling_fleet.h"

using namespace tomograph;
using namespace tomograph::testing;

TEST_CASE("a thousand programs use nine tenths of a reservoir, and no more than all of it") {
    struct Pattern {
        const char* name;
        double (*demand)(int, int);
    };
    for (const Pattern& pattern :
         {Pattern{"steady", steady_demand}, {"bursty", bursty_demand}, {"moving", moving_demand}})
        for (const std::int64_t reservoir : {100, 2'000}) {
            CAPTURE(pattern.name);
            CAPTURE(reservoir);
            const FleetUse use = run_fleet({.reservoir = reservoir, .demand = pattern.demand});
            CHECK(use.excess == 0);
            CHECK(use.share() > 0.9);
        }
}
