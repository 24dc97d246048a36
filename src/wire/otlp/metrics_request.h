#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "wire/otlp/trace_request.h"

namespace tomograph {

// ExportMetricsServiceRequest and MetricsData, which are the same bytes (otlp.md §2): read in
// place.

enum class WireMetricKind : std::uint8_t {
    none,  ///< the metric has no data, or of a kind that came later
    gauge,
    sum,
    histogram,
    exponential_histogram,
    summary,
};
enum class WireTemporality : std::uint8_t { unspecified, delta, cumulative };

struct WireMetric {
    std::string_view name;
    std::string_view description;
    std::string_view unit;
    WireMetricKind kind = WireMetricKind::none;
    WireTemporality temporality = WireTemporality::unspecified;
    bool is_monotonic = false;
};

struct WireExemplar {
    std::uint64_t time_ns = 0;
    double value = 0;
    std::string_view trace_id;  ///< 16 bytes when it is right
    std::string_view span_id;   ///< 8 bytes
};

/// Buckets of an exponential histogram: number `offset` and those after it.
struct WireBuckets {
    std::int32_t offset = 0;
    std::vector<std::uint64_t> counts;
};

struct WireQuantile {
    double quantile = 0;
    double value = 0;
};

inline constexpr std::uint32_t flag_no_recorded_value = 1;

/// A data point of any kind; what its kind does not have is as it is here.
struct WireDataPoint {
    WireAttributes attributes;
    std::uint64_t start_ns = 0;
    std::uint64_t time_ns = 0;
    std::uint32_t flags = 0;
    std::optional<double> value{};  ///< of gauges and sums
    std::vector<WireExemplar> exemplars;
    std::uint64_t count = 0;
    std::optional<double> sum{};
    std::optional<double> min{};
    std::optional<double> max{};
    std::vector<std::uint64_t> bucket_counts;
    std::vector<double> bounds;
    std::int32_t scale = 0;
    std::uint64_t zero_count = 0;
    double zero_threshold = 0;
    WireBuckets positive;
    WireBuckets negative;
    std::vector<WireQuantile> quantiles;
    bool is_oversized = false;  ///< over otlp_span_bytes_max: nothing of it was read

    bool has_no_value() const { return (flags & flag_no_recorded_value) != 0; }
};

/// Told what a request holds, as it is read; all is borrowed for the call.
class MetricsRequestSink {
 public:
    virtual ~MetricsRequestSink() = default;
    virtual void resource(const WireResource& resource) = 0;
    virtual void scope(const WireScope& scope) = 0;
    virtual void point(const WireMetric& metric, const WireDataPoint& point) = 0;
    /// A metric without any point.
    virtual void empty(const WireMetric& metric) = 0;
};

/// errors  invalid  the bytes are no such message, or hold more than otlp_messages_max; the sink
/// has
///                  heard of what stands before
Result<void> read_metrics_request(std::string_view message, MetricsRequestSink& sink);

}  // namespace tomograph
