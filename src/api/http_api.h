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
    /// operations, retention, own, ingest, groups, logs, otlp_metrics  null: a server without any (ingest,
    /// logs, otlp_metrics: of OTLP; spans: of their page)
    HttpApi(XrayApi& xray, TraceStore& store, MetricsRegistry& metrics,
            StoreOperations* operations = nullptr, RetentionOperations* retention = nullptr,
            OwnReads* own = nullptr, Ingest* ingest = nullptr, const SpanMetrics* spans = nullptr,
            GroupOperations* groups = nullptr, LogIntake* logs = nullptr,
            MetricIntake* otlp_metrics = nullptr);

    void handle(HttpRequest request, HttpRespond respond);

    /// For HttpServer::start on the API's address; the HttpApi must outlive the server.
    HttpHandler handler();

 private:
    XrayApi& xray_;
    TraceStore& store_;
    MetricsRegistry& metrics_;
    StoreOperations* operations_;
    RetentionOperations* retention_;
    OwnReads* own_;
    Ingest* ingest_;
    const SpanMetrics* spans_;
    GroupOperations* groups_;
    LogIntake* logs_;
    MetricIntake* otlp_metrics_;
};

/// For the daemon's TCP port: the X-Ray API alone, as the daemon's proxy offers it.
HttpHandler daemon_proxy_handler(XrayApi& xray);

}  // namespace tomograph
