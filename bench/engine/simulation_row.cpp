#include <fmt/format.h>

#include <string>

#include "engine/answers.h"
#include "engine/rows.h"
#include "measure/measure.h"
#include "service/sampling/simulation.h"

namespace tomograph::engine_bench {
namespace {

/// What the API gives the read, of the 256 MB of both.
constexpr std::uint64_t memory_bytes = 128 << 20;

/// As many rules as there may be: the last of 24 that look at paths, hosts and methods samples the
/// checkouts, Default the rest.
std::vector<SamplingRule> draft_rules() {
    std::vector<SamplingRule> rules;
    for (int n = 0; n < 24; ++n)
        rules.push_back({.name = fmt::format("rule-{}", n),
                         .priority = n + 1,
                         .fixed_rate = 0.1,
                         .reservoir_size = 5,
                         .host = "shop*",
                         .http_method = n % 2 == 0 ? "POST" : "GET",
                         .url_path = fmt::format("*/none-{}/*", n)});
    rules.push_back(
        {.name = "checkout", .priority = 30, .fixed_rate = 1, .url_path = "*checkout*"});
    rules.push_back(
        {.name = "Default", .priority = 10'000, .fixed_rate = 0.05, .reservoir_size = 1});
    return rules;
}

}  // namespace

void simulation_row(const std::string& directory, const Scale& scale) {
    if (scale.is_w2) return;
    const auto driven = open_prepared(directory, scale, section_cache_bytes);
    const workload::W1Oracle oracle = count(scale);
    std::vector<measure::Took> entries_took;
    std::vector<measure::Took> took;
    for (int i = 0; i < 5; ++i) {
        Result<TraceEntries> entries = TraceEntries{};
        Simulation simulation;
        entries_took.push_back(measure::time_call([&] {
            entries = driven->store().entries(
                {.range = six_hours(), .budget = {.memory_bytes = memory_bytes, .time = {}}});
        }));
        if (!entries) measure::fail(entries.error().message());
        const std::size_t traces = entries->traces();
        if (i == 0) {
            std::uint64_t bytes = 0;
            for (const auto& batch : entries->batches) bytes += batch->bytes();
            fmt::print("# {} traces in {} batches of {} bytes, {} read\n", traces,
                       entries->batches.size(), bytes, entries->read);
        }
        took.push_back(measure::time_call([&] { simulation = simulate(draft_rules(), *entries); }));
        took.back().wall_ms += entries_took.back().wall_ms;
        took.back().cpu_ms += entries_took.back().cpu_ms;
        measure::require(traces == oracle.traces && simulation.total.matched == oracle.traces &&
                             simulation.total.spans == oracle.spans,
                         fmt::format("{} traces of {}, {} spans of {}", simulation.total.matched,
                                     oracle.traces, simulation.total.spans, oracle.spans));
    }
    measure::print_cell("tomograph", "entries_ms", entries_took);
    measure::print_cell("tomograph", "simulation_first_ms", {took.front()});
    measure::print_cell("tomograph", "simulation_ms", took);
}

}  // namespace tomograph::engine_bench
