// Blocks of metric points: bytes a point, points a second. Mixes as services and containers send
// them, every 10 s.
#include <benchmark/benchmark.h>

#include <cmath>
#include <random>

#include "store/metrics/limits.h"
#include "store/metrics/point_block.h"

using namespace tomograph;

namespace {

enum Mix { counters, histograms, gauges_integer, gauges_percent, gauges_noise };

/// A block of 180 points a series: half an hour.
std::vector<SeriesPoints> make_block(Mix mix) {
    std::mt19937_64 random(7);
    std::vector<SeriesPoints> all;
    constexpr int points = 180;
    double shared = 0;
    for (std::uint64_t series = 0; (series + 1) * points <= metric_block_points; ++series) {
        SeriesPoints one{series, {}};
        double total = static_cast<double>(random() % 100'000);
        if (series % 17 == 0) shared = static_cast<double>(random() % 40);
        for (int i = 0; i < points; ++i) {
            double value = 0;
            switch (mix) {
                case counters:
                    value = total += static_cast<double>(random() % 200);
                    break;
                case histograms:  // cumulative buckets of one histogram rise together, most little
                    value = total += std::floor(shared * static_cast<double>(series % 17) / 17 *
                                                static_cast<double>(random() % 3));
                    break;
                case gauges_integer:
                    value = total += static_cast<double>(random() % 8192) - 4096;
                    break;
                case gauges_percent:
                    value = std::round(4000 + 300 * std::sin(i / 9.0) +
                                       static_cast<double>(random() % 100)) /
                            100;
                    break;
                case gauges_noise:
                    value = std::exp(static_cast<double>(random()) / 1e19);
                    break;
            }
            one.points.push_back({1'700'000'000'000 + i * 10'000, value});
        }
        all.push_back(std::move(one));
    }
    return all;
}

std::int64_t points_of(const std::vector<SeriesPoints>& block) {
    std::int64_t points = 0;
    for (const SeriesPoints& each : block) points += static_cast<std::int64_t>(each.points.size());
    return points;
}

void encode(benchmark::State& state) {
    const auto block = make_block(static_cast<Mix>(state.range(0)));
    std::size_t bytes = 0;
    for (auto _ : state) {
        const std::string encoded = encode_point_block(block);
        bytes = encoded.size();
        benchmark::DoNotOptimize(encoded.data());
    }
    state.SetItemsProcessed(state.iterations() * points_of(block));
    state.counters["bytes_per_point"] =
        static_cast<double>(bytes) / static_cast<double>(points_of(block));
}

void decode(benchmark::State& state) {
    const auto block = make_block(static_cast<Mix>(state.range(0)));
    const std::string encoded = encode_point_block(block);
    for (auto _ : state) benchmark::DoNotOptimize(decode_point_block(encoded));
    state.SetItemsProcessed(state.iterations() * points_of(block));
}

BENCHMARK(encode)->Name("metric_points/encode")->DenseRange(0, 4);
BENCHMARK(decode)->Name("metric_points/decode")->DenseRange(0, 4);

}  // namespace
