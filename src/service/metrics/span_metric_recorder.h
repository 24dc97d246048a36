#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <unordered_set>
#include <vector>

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
    std::vector<std::uint64_t> added_;         ///< to it, by the last batch
    /// The store did not take the last batch; set by threads of the store.
    std::shared_ptr<std::atomic<bool>> is_refused_ = std::make_shared<std::atomic<bool>>(false);
};

}  // namespace tomograph
