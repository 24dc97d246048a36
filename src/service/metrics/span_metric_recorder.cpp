#include "service/metrics/span_metric_recorder.h"

#include "base/log.h"
#include "service/limits.h"

namespace tomograph {
namespace {

constexpr std::int64_t minute_ms = 60'000;

std::int64_t ms_of(Instant now) { return now.ns / 1'000'000; }

}  // namespace

SpanMetricRecorder::SpanMetricRecorder(const SpanMetrics& spans, MetricStore& store,
                                       const Clock& clock)
    : spans_(spans), store_(store), clock_(clock), last_ms_(ms_of(clock.now())) {}

Result<void> SpanMetricRecorder::tick() {
    const std::int64_t now = ms_of(clock_.now());
    if (now / minute_ms == last_ms_ / minute_ms) return {};
    if (!store_.status().ready) return {};
    MetricBatch batch = spans_.to_batch(now, span_metrics_recorded_max);
    // What the store refused is in the next totals; but where those series began it does not know.
    if (is_refused_->exchange(false))
        for (const std::uint64_t hash : added_) known_.erase(hash);
    added_.clear();
    for (MetricSeries& series : batch.series) {
        const std::uint64_t hash = series.labels.hash();
        if (!known_.insert(hash).second || last_ms_ >= now) continue;
        added_.push_back(hash);
        series.points.insert(series.points.begin(), {last_ms_, 0});
    }
    last_ms_ = now;
    store_.append(batch, [is_refused = is_refused_](const Result<void>& kept) {
        if (kept) return;
        *is_refused = true;
        log_warn("span metrics not recorded", {{"error", kept.error()}});
    });
    return {};
}

}  // namespace tomograph
