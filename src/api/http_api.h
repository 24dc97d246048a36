#pragma once

#include "api/group_operations.h"
#include "api/log_intake.h"
#include "api/operator_pages.h"
#include "api/own/own_reads.h"
#include "api/retention_operations.h"
#include "api/store_operations.h"
#include "api/xray/xray_api.h"

namespace tomograph {

class MetricIntake;

/// Everything that the API listener answers: the operator's pages and operations, our own reads,
/// then the X-Ray API. Every error is JSON with a request id.
class HttpApi {
 public:
    /// What it stands on, and outlives it. Null: a server without.
    struct Parts {
        XrayApi& xray;
        TraceStore& store;
        MetricsRegistry& metrics;
        LogStore* logs = nullptr;
        MetricStore* metric_store = nullptr;
        StoreOperations* operations = nullptr;
        RetentionOperations* retention = nullptr;
        GroupOperations* groups = nullptr;
        OwnReads* own = nullptr;
        const SpanMetrics* span_metrics = nullptr;  ///< for their page
        Ingest* otlp_traces = nullptr;
        LogIntake* otlp_logs = nullptr;
        MetricIntake* otlp_metrics = nullptr;
    };
    explicit HttpApi(const Parts& parts) : parts_(parts) {}

    void handle(HttpRequest request, HttpRespond respond);

    /// What /readyz says, and the health of gRPC.
    bool is_ready() const { return tomograph::is_ready(ready_parts()); }

    /// For HttpServer::start on the API's address; the HttpApi must outlive the server.
    HttpHandler handler();

 private:
    ReadyParts ready_parts() const {
        return {.traces = parts_.store, .logs = parts_.logs, .metrics = parts_.metric_store};
    }
    bool answer_own(HttpRequest& request, const HttpRespond& respond);

    const Parts parts_;
};

/// For the daemon's TCP port: the X-Ray API alone, as the daemon's proxy offers it.
HttpHandler daemon_proxy_handler(XrayApi& xray);

}  // namespace tomograph
