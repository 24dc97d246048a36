#pragma once

#include "base/clock.h"
#include "base/metrics.h"
#include "store/metric_store.h"
#include "store/metrics/open_metrics.h"
#include "store/signal/signal.h"

namespace tomograph {

/// The MetricStore in this process: the signal "metrics" of an EmbeddedStore
/// (docs/formats/metrics.md), which opens and closes it: put signal() into
/// EmbeddedStoreOptions::signals.
class EmbeddedMetricStore final : public MetricStore, private SignalContent {
 public:
    /// options.name and bounds of merges are set here.
    EmbeddedMetricStore(MetricsRegistry& registry, SignalOptions options);

    Signal& signal() { return signal_; }

    void append(const MetricBatch& batch, std::function<void(Result<void>)> done) override;
    Result<std::vector<MetricSeries>> read(const MetricSelection& selection) override;
    Result<std::vector<MetricFamily>> families() override;
    MetricStoreStatus status() override;

 private:
    void apply(Lsn lsn, Instant received, std::string record) override;
    std::uint64_t open_bytes() const override { return open_.bytes(); }
    SignalFlush begin_flush() override;
    void drop(Lsn through) override { open_.drop(through); }
    SignalPartPlan merge(std::vector<std::shared_ptr<SignalPart>> parts) override;
    Result<std::unique_ptr<SignalPartContent>> open_part(const PartBlockReader& blocks) override;

    Counter& points_;
    Counter& unreadable_;
    OpenMetrics open_;
    Signal signal_;  ///< last: it ends before what it uses
};

}  // namespace tomograph
