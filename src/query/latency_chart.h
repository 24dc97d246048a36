#pragma once

#include <vector>

#include "query/service_graph.h"

namespace tomograph {

/// Latencies in so many bands: below 1 ms, then 8 a decade up to some hours, then all above.
inline constexpr std::size_t latency_bands = 58;
/// The upper bound of a band; of the last one what no latency reaches.
Duration latency_band_end(std::size_t band);
std::size_t latency_band_of(Duration latency);

struct BandCount {
    std::size_t band = 0;
    std::int64_t count = 0;
    bool operator==(const BandCount&) const = default;
};

struct LatencyStep {
    Instant start;
    ValueGroup counts;
    std::vector<BandCount> bands;  ///< by band; empty ones take no place
};

/// How long traces, or spans, took, and when.
struct LatencyChart {
    Duration step;
    ValueGroup whole{};
    ServiceHistogram histogram{};      ///< of `whole`
    std::vector<LatencyStep> steps{};  ///< by time; empty ones take no place
    SearchCoverage coverage;
};

/// query   `by` and `limit` are not looked at; `step` zero takes one that fits: 1 s, 5 s, … a day,
///         the smallest that needs at most latency_steps of them
/// errors  invalid  the step needs more than latency_steps_max of them
///         those of TraceStore::group
Result<LatencyChart> read_latency_chart(TraceStore& store, GroupQuery query);

}  // namespace tomograph
