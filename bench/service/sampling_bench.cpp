// What dividing a reservoir costs, and how much of it a fleet uses.
#include <benchmark/benchmark.h>

#include "support/sampling_fleet.h"

using namespace tomograph;
using namespace tomograph::testing;

namespace {

/// Reports of so many programs, each ten seconds; the plan of each second is in it.
void report_of_a_program(benchmark::State& state) {
    const auto count = static_cast<std::size_t>(state.range(0));
    RuleQuotas quotas(count);
    std::vector<SamplingReport> reports(count);
    for (std::size_t at = 0; at < count; ++at) {
        reports[at].requests = static_cast<std::int64_t>(at % 100);
        for (std::size_t i = 0; i < sizeof at; ++i)
            reports[at].client[i] = static_cast<char>(at >> (8 * i));
    }
    const Duration step{quota_interval.ns / static_cast<std::int64_t>(count)};
    Duration now = Duration::hours(1);
    std::size_t at = 0;
    for (auto _ : state) {
        SamplingReport& report = reports[at];
        report.timestamp = {now.ns};
        benchmark::DoNotOptimize(quotas.report(report, 1'000, now));
        now = now + step;
        at = at + 1 == count ? 0 : at + 1;
    }
}
BENCHMARK(report_of_a_program)->Arg(10)->Arg(1'000)->Arg(10'000);

/// A thousand programs for ten minutes; the time is of the model, the share is what it is for.
void use_of_a_reservoir(benchmark::State& state, double (*demand)(int, int)) {
    FleetUse use;
    for (auto _ : state) use = run_fleet({.reservoir = state.range(0), .demand = demand});
    state.counters["use_percent"] = 100 * use.share();
    state.counters["excess"] = static_cast<double>(use.excess);
}
BENCHMARK_CAPTURE(use_of_a_reservoir, steady, steady_demand)
    ->Arg(100)
    ->Arg(500)
    ->Arg(2'000)
    ->Iterations(1);
BENCHMARK_CAPTURE(use_of_a_reservoir, bursty, bursty_demand)
    ->Arg(100)
    ->Arg(500)
    ->Arg(2'000)
    ->Iterations(1);
BENCHMARK_CAPTURE(use_of_a_reservoir, moving, moving_demand)
    ->Arg(100)
    ->Arg(500)
    ->Arg(2'000)
    ->Iterations(1);
BENCHMARK_CAPTURE(use_of_a_reservoir, scattered, scattered_demand)
    ->Arg(100)
    ->Arg(500)
    ->Arg(2'000)
    ->Iterations(1);

}  // namespace
