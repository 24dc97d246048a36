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

/// Requests a second of a client at a second, on average.
using FleetDemand = std::function<double(int client, int second)>;

struct FleetOptions {
    int clients = 1'000;
    int seconds = 600;
    int warm_up_seconds = 30;  ///< not counted
    std::int64_t reservoir = 500;
    FleetDemand demand;
    double lost = 0;  ///< share of the answers that never arrive
};

/// Who answers the fleet: the quota, and for how many seconds after this one it is in force.
struct FleetAnswer {
    std::int64_t quota = 0;
    std::int64_t life = 0;
};
using FleetAllocator =
    std::function<FleetAnswer(int client, const SamplingReport& report, int second)>;

inline constexpr int fleet_interval = static_cast<int>(quota_interval.ns / 1'000'000'000);

inline FleetUse run_fleet(const FleetOptions& options, const FleetAllocator& allocator,
                          std::uint64_t seed = 1) {
    struct Program {
        std::int64_t quota = 0;
        std::int64_t quota_end = -1;
        SamplingReport report;
    };
    std::mt19937_64 random(seed);
    std::vector<Program> programs(static_cast<std::size_t>(options.clients));
    for (Program& program : programs)
        for (char& c : program.report.client) c = static_cast<char>(random());
    FleetUse use;
    for (int second = 0; second < options.seconds; ++second) {
        std::int64_t sampled = 0;
        std::int64_t requested = 0;
        for (int at = 0; at < options.clients; ++at) {
            Program& program = programs[static_cast<std::size_t>(at)];
            if (at % fleet_interval == second % fleet_interval && program.report.requests > 0) {
                program.report.timestamp = Instant::from_seconds(second);
                const FleetAnswer answer = allocator(at, program.report, second);
                if (options.lost == 0 || !std::bernoulli_distribution(options.lost)(random)) {
                    program.quota = answer.quota;
                    program.quota_end = second + answer.life;
                }
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

/// By the allocator of the server.
inline FleetUse run_fleet(const FleetOptions& options, std::uint64_t seed = 1) {
    RuleQuotas quotas(static_cast<std::size_t>(options.clients));
    return run_fleet(
        options,
        [&](int, const SamplingReport& report, int second) -> FleetAnswer {
            const auto answer = quotas.report(report, options.reservoir, Duration::seconds(second));
            return {.quota = answer.quota, .life = answer.life.ns / 1'000'000'000};
        },
        seed);
}

/// An allocator that does not have to guess: at each report it is told the mean demand of every
/// program, now and for some seconds to come. What it gives is bound as ours is: a quota counts
/// until its end, because the next answer may be lost, and each lasts until the next answer is
/// surely there. It divides as ours does.
class ToldAllocator {
 public:
    /// ahead  seconds that it is told of; 0: only of now
    ToldAllocator(const FleetOptions& options, int ahead)
        : options_(options), ahead_(ahead), quotas_(static_cast<std::size_t>(options.clients)) {}

    FleetAnswer operator()(int client, const SamplingReport&, int second) {
        if (second != second_) make_plan(second);
        const std::int64_t held = held_by(client, second);
        const std::int64_t free = options_.reservoir - committed_;
        const QuotaShare share = plan_.share_of(truth(client, second));
        std::int64_t quota = std::min(share.units, free + held);
        quota +=
            std::clamp<std::int64_t>(share.most - quota, 0, free + held - std::max(held, quota));
        auto& quotas = quotas_[static_cast<std::size_t>(client)];
        std::erase_if(quotas, [&](const Held& each) { return each.end < second; });
        quotas.push_back({second + life, quota});
        committed_ += held_by(client, second) - held;
        return {.quota = quota, .life = life};
    }

 private:
    static constexpr int life = static_cast<int>(quota_life_short.ns / 1'000'000'000);
    struct Held {
        int end;
        std::int64_t size;
    };
    std::int64_t held_by(int client, int second) const {
        std::int64_t most = 0;
        for (const Held& each : quotas_[static_cast<std::size_t>(client)])
            if (each.end >= second) most = std::max(most, each.size);
        return most;
    }
    QuotaDemand truth(int client, int second) const {
        QuotaDemand demand;
        demand.floor = demand.rate = options_.demand(client, second);
        for (int t = second; t <= second + ahead_; ++t) {
            demand.rate = std::max(demand.rate, options_.demand(client, t));
            demand.floor = std::min(demand.floor, options_.demand(client, t));
        }
        double high = 0;
        for (int t = second; t <= second + ahead_; ++t)
            high += options_.demand(client, t) - demand.floor;
        const double range = demand.rate - demand.floor;
        demand.kept = range > 0 ? high / (ahead_ + 1) / range : 1;
        demand.peak = demand.rate;
        demand.held = held_by(client, second);
        demand.draw = mix64(static_cast<std::uint64_t>(client));
        return demand;
    }
    void make_plan(int second) {
        second_ = second;
        committed_ = 0;
        std::vector<QuotaDemand> demands;
        for (int client = 0; client < options_.clients; ++client) {
            demands.push_back(truth(client, second));
            committed_ += demands.back().held;
        }
        plan_ = plan_quotas(demands, options_.reservoir);
    }

    const FleetOptions& options_;
    int ahead_;
    std::vector<std::vector<Held>> quotas_;
    QuotaPlan plan_;
    std::int64_t committed_ = 0;
    int second_ = -1;
};

/// The same all the time.
inline double steady_demand(int, int) { return 5; }

/// The whole fleet has a burst of a quarter of a minute, each minute.
inline double bursty_demand(int, int second) { return second % 60 < 15 ? 20 : 3; }

/// Each program has bursts of its own, as long as the pauses between them: the hardest, because a
/// unit that was taken back cannot be given to another before its quota has run out.
inline FleetDemand scattered_bursts(int length) {
    return [length](int client, int second) {
        const int period = 2 * length;
        const int phase = static_cast<int>((static_cast<unsigned>(client) * 2'654'435'761U >> 8) %
                                           static_cast<unsigned>(period));
        return (second + phase) % period < length ? 12 : 0.5;
    };
}
inline double scattered_demand(int client, int second) {
    static const FleetDemand demand = scattered_bursts(60);
    return demand(client, second);
}

/// Bursts of each program's own whose lengths and pauses nobody can know: exponential, of so many
/// seconds on average.
inline FleetDemand random_bursts(double length, std::uint64_t seed, int clients = 1'000,
                                 int seconds = 600) {
    std::mt19937_64 random(seed);
    std::vector<std::vector<bool>> is_busy(static_cast<std::size_t>(clients));
    for (auto& seconds_of : is_busy) {
        bool busy = random() % 2 == 0;
        double left = std::exponential_distribution<>(1 / length)(random);
        for (int second = 0; second < seconds + 60; ++second, left -= 1) {
            while (left <= 0) {
                busy = !busy;
                left += std::exponential_distribution<>(1 / length)(random);
            }
            seconds_of.push_back(busy);
        }
    }
    return [is_busy = std::move(is_busy)](int client, int second) {
        return is_busy[static_cast<std::size_t>(client)][static_cast<std::size_t>(second)] ? 12
                                                                                           : 0.5;
    };
}

/// Programs of all sizes with bursts whose lengths differ by much, some of them of many minutes.
inline FleetDemand uneven_bursts(std::uint64_t seed, int clients = 1'000, int seconds = 600) {
    std::mt19937_64 random(seed);
    std::vector<std::vector<float>> demand(static_cast<std::size_t>(clients));
    for (auto& of_client : demand) {
        const double busy = std::uniform_real_distribution<>(2, 40)(random);
        const double idle = busy * std::uniform_real_distribution<>(0, 0.2)(random);
        std::lognormal_distribution<> length(std::log(45), 1);
        bool is_busy = random() % 2 == 0;
        double left = length(random);
        for (int second = 0; second < seconds + 60; ++second, left -= 1) {
            for (; left <= 0; left += length(random)) is_busy = !is_busy;
            of_client.push_back(static_cast<float>(is_busy ? busy : idle));
        }
    }
    return [demand = std::move(demand)](int client, int second) {
        return static_cast<double>(
            demand[static_cast<std::size_t>(client)][static_cast<std::size_t>(second)]);
    };
}

/// A wave of demand passes through the fleet in ten minutes.
inline double moving_demand(int client, int second) {
    constexpr double turn = 6.283185307179586;
    const double place = client / 1'000.0 - second / 600.0;
    return 6 + 5.5 * std::sin(turn * place);
}

}  // namespace tomograph::testing
