#pragma once

#include <cstdint>
#include <unordered_set>

#include "base/clock.h"
#include "base/result.h"
#include "service/span_metrics/span_metrics.h"
#include "store/metric_store.h"

namespace tomograph {

/// Writes the server's own span metrics into the metric store, once a minute, so that they have a
/// history like those that are sent. A series that is new since this start begins at zero.
///
/// Threads: one.
class SpanMetricRecorder {
 public:
    /// All outlive it.
    SpanMetricRecorder(const SpanMetrics& spans, MetricStore& store, const Clock& clock);

    /// Nothing unless a new minute has begun.
    Result<void> tick();

 private:
    const SpanMetrics& spans_;
    MetricStore& store_;
    const Clock& clock_;
    std::int64_t last_ms_;
    std::unordered_set<std::uint64_t> known_;  ///< by hash of the labels
};

}  // namespace tomograph
