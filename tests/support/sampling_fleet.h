#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <random>
#include <vector>

#include "service/sampling/rule_quotas.h"

namespace tomograph::testing {

/// A thousand programs that sample by one rule, second by second: how much of its reservoir they
/// use. Every program reports each ten seconds, at a second of its own.
struct FleetUse {
    double sampled = 0;   ///< from the reservoir, all seconds together
    double possible = 0;  ///< had the fleet been one program: each second the lesser of reservoir
                          ///< and requests
    std::int64_t excess = 0;  ///< over the reservoir, in the worst second
    double share() const { return possible > 0 ? sampled / possible : 1; }
};

struct FleetOptions {
    int clients = 1'000;
    int seconds = 600;
    int warm_up_seconds = 30;  ///< not counted
    std::int64_t reservoir = 500;
    /// Requests a second of a client at a second, on average.
    std::function<double(int client, int second)> demand;
};

inline FleetUse run_fleet(const FleetOptions& options, std::uint64_t seed = 1) {
    struct Program {
        std::int64_t quota = 0;
        std::int64_t quota_end = -1;
        SamplingReport report;
    };
    std::mt19937_64 random(seed);
    RuleQuotas quotas(static_cast<std::size_t>(options.clients));
    std::vector<Program> programs(static_cast<std::size_t>(options.clients));
    for (Program& program : programs)
        for (char& c : program.report.client) c = static_cast<char>(random());
    constexpr std::int64_t interval = quota_interval.ns / 1'000'000'000;
    FleetUse use;
    for (int second = 0; second < options.seconds; ++second) {
        std::int64_t sampled = 0;
        std::int64_t requested = 0;
        for (int at = 0; at < options.clients; ++at) {
            Program& program = programs[static_cast<std::size_t>(at)];
            if (at % interval == second % interval && program.report.requests > 0) {
                program.report.timestamp = Instant::from_seconds(second);
                program.quota =
                    quotas.report(program.report, options.reservoir, Duration::seconds(second))
                        .quota;
                program.quota_end = second + quota_life.ns / 1'000'000'000;
                program.report.requests = program.report.sampled = program.report.borrowed = 0;
            }
            const double rate = options.demand(at, second);
            const std::int64_t requests =
                rate <= 0 ? 0 : std::poisson_distribution<std::int64_t>(rate)(random);
            program.report.requests += requests;
            requested += requests;
            if (program.quota_end < second) continue;  // it may borrow, beside the reservoir
            const std::int64_t taken = std::min(requests, program.quota);
            program.report.sampled += taken;
            sampled += taken;
        }
        use.excess = std::max(use.excess, sampled - options.reservoir);
        if (second < options.warm_up_seconds) continue;
        use.sampled += static_cast<double>(sampled);
        use.possible += static_cast<double>(std::min(requested, options.reservoir));
    }
    return use;
}

/// The same all the time.
inline double steady_demand(int, int) { return 5; }

/// The whole fleet has a burst of a quarter of a minute, each minute.
inline double bursty_demand(int, int second) { return second % 60 < 15 ? 20 : 3; }

/// Each program has bursts of its own, of a minute each two minutes: the hardest, because a unit
/// that was taken back cannot be given to another before its quota has run out.
inline double scattered_demand(int client, int second) {
    const int phase = static_cast<int>((static_cast<unsigned>(client) * 2'654'435'761U >> 8) % 120);
    return (second + phase) % 120 < 60 ? 12 : 0.5;
}

/// A wave of demand passes through the fleet in ten minutes.
inline double moving_demand(int client, int second) {
    constexpr double turn = 6.283185307179586;
    const double place = client / 1'000.0 - second / 600.0;
    return 6 + 5.5 * std::sin(turn * place);
}

}  // namespace tomograph::testing
