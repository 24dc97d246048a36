// How much of a reservoir a fleet uses, pattern by pattern, and that it never takes more. 200
// programs for five minutes; SAMPLING_FLEET=1000 is the fleet of docs/performance.md for ten.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <array>
#include <cstdlib>

#include "support/sampling_fleet.h"

using namespace tomograph;
using namespace tomograph::testing;

namespace {

constexpr int fleet_clients = 1'000;
constexpr std::array<std::int64_t, 4> reservoirs = {100, 500, 2'000, 20'000};

struct Pattern {
    const char* name;
    FleetDemand demand;
    /// Percent, by reservoir: what issue 5 asks for is 90; where less stands here it is missed
    /// (docs/performance.md says why).
    std::array<int, 4> least;
    std::array<int, 4> least_small;  ///< of the small fleet, which has less to learn from
};

int wanted_clients() {
    const char* wanted = std::getenv("SAMPLING_FLEET");
    return wanted != nullptr ? std::stoi(wanted) : 200;
}

std::vector<Pattern> patterns() {
    return {
        {"steady", steady_demand, {90, 90, 90, 90}, {90, 90, 90, 90}},
        {"bursts of the fleet", bursty_demand, {90, 90, 90, 90}, {90, 90, 88, 90}},
        {"moving", moving_demand, {90, 90, 90, 90}, {80, 80, 81, 90}},
        {"bursts of their own, 60 s", scattered_bursts(60), {84, 85, 85, 90}, {78, 80, 79, 90}},
        {"bursts of their own, 20 s", scattered_bursts(20), {74, 75, 72, 90}, {66, 68, 68, 90}},
        {"bursts of their own, 5 min", scattered_bursts(300), {90, 90, 90, 90}, {90, 90, 90, 90}},
        {"bursts by chance, 60 s", random_bursts(60, 77), {85, 85, 81, 90}, {83, 82, 77, 90}},
        {"bursts by chance, 20 s", random_bursts(20, 78), {71, 72, 66, 90}, {67, 68, 61, 90}},
        {"bursts by chance, 3 min", random_bursts(180, 79), {90, 90, 90, 90}, {90, 84, 82, 90}},
        // Seen by nobody before the allocator was done.
        {"bursts of all sizes", uneven_bursts(2'026), {90, 90, 86, 90}, {86, 86, 80, 84}},
    };
}

}  // namespace

TEST_CASE("a fleet uses its reservoir, and never more than all of it") {
    const int clients = wanted_clients();
    const bool is_small = clients < fleet_clients;
    for (const Pattern& pattern : patterns())
        for (std::size_t at = 0; at < reservoirs.size(); ++at) {
            CAPTURE(pattern.name);
            CAPTURE(reservoirs[at]);
            const FleetUse use = run_fleet({.clients = clients,
                                            .seconds = is_small ? 300 : 600,
                                            .reservoir = reservoirs[at] * clients / fleet_clients,
                                            .demand = pattern.demand});
            CHECK(use.excess <= 0);
            CHECK(use.share() * 100 > (is_small ? pattern.least_small : pattern.least)[at]);
            if (std::getenv("SAMPLING_FLEET") != nullptr)
                MESSAGE(std::string(pattern.name), ", ", reservoirs[at], ": ",
                        fmt::format("{:.1f} %", use.share() * 100));
        }
}

TEST_CASE("answers that are lost cost a fleet what they must, and never make it take more") {
    const double lost = 0.05;
    for (const FleetDemand& demand : {FleetDemand(steady_demand), scattered_bursts(60)}) {
        const FleetUse use = run_fleet(
            {.clients = 200, .seconds = 300, .reservoir = 100, .demand = demand, .lost = lost});
        CHECK(use.excess <= 0);
        CHECK(use.share() > 0.6);
    }
}

TEST_CASE("what an allocator reaches that is told of the coming demand" *
          doctest::skip(std::getenv("SAMPLING_BOUNDS") == nullptr)) {
    for (const Pattern& pattern : patterns())
        for (const std::int64_t reservoir : reservoirs)
            for (const int ahead : {0, 12}) {
                const FleetOptions options{.reservoir = reservoir, .demand = pattern.demand};
                ToldAllocator told(options, ahead);
                const FleetUse use = run_fleet(options, std::ref(told));
                CHECK(use.excess <= 0);
                MESSAGE(std::string(pattern.name), ", ", reservoir, ", told of ", ahead,
                        " s: ", fmt::format("{:.1f} %", use.share() * 100));
            }
}
