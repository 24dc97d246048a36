#pragma once

#include "query/promql/series_source.h"
#include "store/metric_store.h"

namespace tomograph {

/// The metrics that were sent, as PromQL's series. Beside their own names, the span metrics that
/// the server keeps of itself go under those that Tempo's generator and Grafana's panels use:
///
///   traces_spanmetrics_calls_total{service,…}      traces_span_metrics_calls_total{service_name,…}
///   traces_spanmetrics_latency_bucket{service,…}   traces_span_metrics_duration_seconds_bucket{…}
class MetricSeriesSource final : public promql::SeriesSource {
 public:
    /// It outlives it.
    explicit MetricSeriesSource(MetricStore& store) : store_(store) {}

    Result<void> select(const promql::SeriesQuery& query, promql::ReadBudget& budget,
                        std::vector<promql::Series>& out) const override;
    Result<void> label_sets(const promql::SeriesQuery& query, promql::ReadBudget& budget,
                            std::set<LabelSet>& out) const override;
    Result<void> families(std::vector<MetricFamily>& out) const override;
    Result<void> exemplars(const promql::SeriesQuery& query, promql::ReadBudget& budget,
                           std::vector<MetricSeries>& out) const override;

 private:
    Result<std::vector<MetricSeries>> read(const promql::SeriesQuery& query,
                                           promql::ReadBudget& budget, bool with_points) const;

    MetricStore& store_;
};

}  // namespace tomograph
