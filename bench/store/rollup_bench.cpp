#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstdlib>
#include <random>

#include "store/part/rollup.h"
#include "store/part/rollup_sum.h"

namespace tomograph {
namespace {

constexpr std::int64_t minutes = 360;
constexpr std::int64_t edges = 60;
constexpr int requests = 20;  ///< of an edge in a minute

/// Six hours of 60 nodes and edges: 21,600 cells, each with the latencies of 20 requests.
GraphRollup six_hours() {
    std::mt19937_64 random(1);
    std::lognormal_distribution<double> latency(3.5, 0.6);  // around 33 ms
    GraphRollup rollup;
    for (std::int64_t minute = 29'000'000; minute < 29'000'000 + minutes; ++minute) {
        for (std::int64_t edge = 0; edge < edges; ++edge) {
            GraphKey key{.minute = minute,
                         .entry = edge % 2 == 0 ? GraphEntry::node : GraphEntry::edge,
                         .source = {},
                         .target = {fmt::format("service-{}", edge / 2), "AWS::ECS::Container",
                                    "123456789012"}};
            if (edge % 2 == 1)
                key.source = {fmt::format("service-{}", edge / 4), "AWS::ECS::Container",
                              "123456789012"};
            GraphCell& cell = rollup.cells[key];
            cell.presence = requests;
            cell.statistics.ok = requests - 1;
            cell.statistics.fault = 1;
            cell.first_start.ns =
                minute * 60'000'000'000 + static_cast<std::int64_t>(random() % 1'000'000'000);
            cell.last_end = cell.first_start + Duration::seconds(59);
            for (int i = 0; i < requests; ++i) {
                const Duration taken{static_cast<std::int64_t>(latency(random) * 1e6)};
                cell.statistics.response_time_ns += taken.ns;
                cell.statistics.response_time.add(taken);
                if (edge % 2 == 0) cell.statistics.duration.add(taken);
            }
        }
    }
    return rollup;
}

void rollup_encode(benchmark::State& state) {
    const RollupTable table = table_of(six_hours());
    std::size_t bytes = 0;
    for ([[maybe_unused]] auto round : state) {
        const auto blocks = encode_rollup(table);
        if (!blocks) std::abort();
        bytes = 0;
        for (const std::string& block : *blocks) bytes += block.size();
    }
    state.counters["cells"] = static_cast<double>(table.rows.size());
    state.counters["raw_bytes_per_cell"] =
        static_cast<double>(bytes) / static_cast<double>(table.rows.size());
    state.counters["memory_bytes_per_cell"] =
        static_cast<double>(table.bytes()) / static_cast<double>(table.rows.size());
}
BENCHMARK(rollup_encode)->Unit(benchmark::kMillisecond);

void rollup_decode(benchmark::State& state) {
    const auto blocks = encode_rollup(six_hours());
    if (!blocks) std::abort();
    for ([[maybe_unused]] auto round : state) {
        const auto table = decode_rollup(*blocks);
        if (!table || table->rows.size() != minutes * edges) std::abort();
    }
}
BENCHMARK(rollup_decode)->Unit(benchmark::kMillisecond);

/// What GetServiceGraph asks for: six hours in one, from so many parts.
void rollup_sum_whole(benchmark::State& state) {
    const GraphRollup rollup = six_hours();
    std::vector<RollupTable> parts;
    const std::int64_t step = minutes / state.range(0);
    for (std::int64_t first = 29'000'000; first < 29'000'000 + minutes; first += step)
        parts.push_back(table_of(rollup, first, first + step - 1));
    std::vector<RollupSlice> slices;
    for (const RollupTable& part : parts) slices.push_back({.table = &part});
    for ([[maybe_unused]] auto round : state) {
        const GraphRollup sum =
            rollup_of(sum_rollups(slices, {.grain = grain_whole, .group = GroupId{}}));
        if (sum.cells.size() != edges) std::abort();
    }
}
BENCHMARK(rollup_sum_whole)->Arg(1)->Arg(24)->Arg(360)->Unit(benchmark::kMillisecond);

/// Every minute by itself, as a time series wants it.
void rollup_sum_minutes(benchmark::State& state) {
    const RollupTable table = table_of(six_hours());
    const RollupSlice all{.table = &table};
    for ([[maybe_unused]] auto round : state) {
        const GraphRollup sum =
            rollup_of(sum_rollups(std::span(&all, 1), {.grain = 1, .group = GroupId{}}));
        if (sum.cells.size() != minutes * edges) std::abort();
    }
}
BENCHMARK(rollup_sum_minutes)->Unit(benchmark::kMillisecond);

/// The same sum in the tree that GraphRollup is.
void rollup_sum_of_tree(benchmark::State& state) {
    const GraphRollup rollup = six_hours();
    for ([[maybe_unused]] auto round : state) {
        GraphRollup sum;
        for (const auto& [key, cell] : rollup.cells) {
            GraphKey whole = key;
            whole.minute = 0;
            sum.cells[whole].add(cell);
        }
        if (sum.cells.size() != edges) std::abort();
    }
}
BENCHMARK(rollup_sum_of_tree)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tomograph
