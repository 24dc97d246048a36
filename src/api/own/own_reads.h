#pragma once

#include <vector>

#include "api/operation_metrics.h"
#include "api/own/own_call.h"
#include "api/own/tail_thread.h"
#include "api/tools/tool_reads.h"
#include "api/xray/call.h"
#include "query/logs/log_tail.h"
#include "query/series/graph_series_source.h"
#include "query/series/metric_series_source.h"

namespace tomograph {

/// Our own reads, which the console and the CLI stand on: below /api/v1 (docs/openapi.yaml);
/// and those of other tools, on the same workers (api/tools).
/// Finds the route of a request, answers its errors, gives every answer its request id. Never
/// throws.
///
/// threads  any; answers come from threads of its own
class OwnReads {
 public:
    /// What it stands on, and outlives it.
    struct Parts {
        TraceStore& store;
        const Clock& clock;
        MetricsRegistry& metrics;
        LiveTail& tail;
        const XrayApiOptions& options;
        const Ingest* ingest = nullptr;       ///< for the doctors; null: they do not know
        EmbeddedStore* embedded = nullptr;    ///< likewise
        LogStore* logs = nullptr;             ///< null: none are kept
        MetricStore* otlp_metrics = nullptr;  ///< likewise
    };
    explicit OwnReads(const Parts& parts);

    /// False for any other path.
    bool handle(const HttpRequest& request, const HttpRespond& respond);

 private:
    const Clock& clock_;
    std::vector<OperationMetrics> metrics_;  ///< by row of the table
    QueryMetrics query_metrics_;
    const GraphSeriesSource graph_series_;
    const std::optional<MetricSeriesSource> metric_series_;
    const promql::SeriesSources series_;
    WorkerPool queries_;  ///< after all that its tasks use
    WorkerPool streams_;
    std::optional<LogTail> log_tail_;
    const OwnContext context_;
    TailThread tail_thread_;
    const ToolReads tools_;
};

}  // namespace tomograph
