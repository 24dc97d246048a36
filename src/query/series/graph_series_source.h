#pragma once

#include "base/clock.h"
#include "query/promql/series_source.h"
#include "store/trace_store.h"

namespace tomograph {

/// The calls between services as the series that Grafana's service graph asks for, from the sums by
/// the minute that the store keeps of all traces: exact under late and repeated data, and there
/// after a restart.
///
///   traces_service_graph_request_total{client,server,connection_type}
///   traces_service_graph_request_failed_total       errors, throttles and faults
///   traces_service_graph_request_server_seconds     a histogram: _bucket{le}, _sum, _count
///   traces_service_graph_request_client_seconds     the same: both as the caller saw them
///
/// A counter has a sample at the end of each minute and counts from the UTC midnight before the
/// first moment that its expression reads, so the number of an expression has that start, and
/// differences have none. Who calls the roots of traces is `user`. `connection_type` is absent
/// between services that send spans, else `database`, `messaging_system` or `virtual_node`.
///
/// cost  no span is read: six hours by the minute some 10 ms, read before
class GraphSeriesSource final : public promql::SeriesSource {
 public:
    /// Both outlive it.
    GraphSeriesSource(TraceStore& store, const Clock& clock) : store_(store), clock_(clock) {}

    Result<void> select(const promql::SeriesQuery& query, promql::ReadBudget& budget,
                        std::vector<promql::Series>& out) const override;
    Result<void> label_sets(const promql::SeriesQuery& query, promql::ReadBudget& budget,
                            std::set<LabelSet>& out) const override;
    Result<void> families(std::vector<MetricFamily>& out) const override;

 private:
    TraceStore& store_;
    const Clock& clock_;
};

}  // namespace tomograph
