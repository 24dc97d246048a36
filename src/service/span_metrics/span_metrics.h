#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/metrics.h"
#include "base/time.h"
#include "model/ids.h"
#include "model/metric_batch.h"

namespace tomograph {

enum class CountedKind : std::uint8_t { internal, server, client, producer, consumer };
enum class CountedOutcome : std::uint8_t { ok, error, throttle, fault };

/// A span that has ended, as far as it is counted. Texts are borrowed for the call.
struct CountedSpan {
    std::string_view service;
    std::string_view name;  ///< the operation: of few values, or it ends up under "(other)"
    CountedKind kind = CountedKind::internal;
    CountedOutcome outcome = CountedOutcome::ok;
    Duration duration{};
    TraceId trace_id{};
    SpanId span_id{};
    Instant end{};
    std::string_view called{};  ///< by a client or producer: who; "" when it is not known
};

/// Requests, errors and durations of every span that comes in, by service, operation and call, as
/// Prometheus and OpenTelemetry's span metrics have them:
///
///   traces_span_metrics_calls_total{service_name,span_name,span_kind,status_code,outcome}
///   traces_span_metrics_duration_seconds{…}                     a histogram, with exemplars
///   traces_service_graph_request_total{client,server}
///   traces_service_graph_request_failed_total{client,server}    errors, throttles and faults
///   traces_service_graph_request_client_seconds{client,server}
///
/// Counted as spans arrive, once for each time they do: sums that are exact under late and repeated
/// documents are those of the service graph. Bounded: where there are span_metrics_series_max
/// series, or span_metrics_names_max operations or calls of one service, another one is "(other)",
/// and counted (tomograph_service_span_metrics_folded_total).
///
/// Threads: any; note() takes one lock of sixteen for some 50 ns.
class SpanMetrics {
 public:
    /// registry  outlives it
    explicit SpanMetrics(MetricsRegistry& registry);
    ~SpanMetrics();

    void note(const CountedSpan& span);

    /// with_exemplars  in the format of OpenMetrics, else in Prometheus' own
    std::string to_text(bool with_exemplars) const;

    /// The first two of these metrics as series with one point each, of the operations that were
    /// called the most, at most so many.
    MetricBatch to_batch(std::int64_t at_ms, std::size_t operations_max) const;

 private:
    struct Shard;

    static constexpr std::size_t shard_count = 16;
    std::array<std::unique_ptr<Shard>, shard_count> shards_;
    std::atomic<std::size_t> series_{0};
    Counter& folded_;
};

}  // namespace tomograph
