#include "api/http_api.h"

#include <exception>

#include "api/otlp/logs_export.h"
#include "api/otlp/metrics_export.h"
#include "api/otlp/trace_export.h"
#include "api/request_id.h"
#include "base/log.h"

namespace tomograph {

HttpApi::HttpApi(XrayApi& xray, TraceStore& store, MetricsRegistry& metrics,
                 StoreOperations* operations, RetentionOperations* retention, OwnReads* own,
                 Ingest* ingest, const SpanMetrics* spans, GroupOperations* groups,
                 LogIntake* logs, MetricIntake* otlp_metrics)
    : xray_(xray),
      store_(store),
      metrics_(metrics),
      operations_(operations),
      retention_(retention),
      own_(own),
      ingest_(ingest),
      spans_(spans),
      groups_(groups),
      logs_(logs),
      otlp_metrics_(otlp_metrics) {}

void HttpApi::handle(HttpRequest request, HttpRespond respond) {
    try {
        auto page = operator_page(request, store_, metrics_, spans_);
        if (!page && operations_ != nullptr) page = operations_->handle(request);
        if (page) {
            page->headers.push_back({"x-amzn-RequestId", make_request_id()});
            return respond(*std::move(page));
        }
        if (retention_ != nullptr && retention_->handle(request, respond)) return;
        if (groups_ != nullptr && groups_->handle(request, respond)) return;
        if (own_ != nullptr && own_->handle(request, respond)) return;
        if (ingest_ != nullptr && answer_trace_export(*ingest_, request, respond)) return;
        if (logs_ != nullptr && answer_logs_export(*logs_, request, respond)) return;
        if (otlp_metrics_ != nullptr && answer_metrics_export(*otlp_metrics_, request, respond))
            return;
        xray_.handle(std::move(request), respond, IngestSource::api);
    } catch (const std::exception& thrown) {
        log_error("request failed", {{"error", thrown.what()}});
        respond(xray_http_error(500, "the request failed"));
    }
}

HttpHandler HttpApi::handler() {
    return [this](HttpRequest request, HttpRespond respond) {
        handle(std::move(request), std::move(respond));
    };
}

HttpHandler daemon_proxy_handler(XrayApi& xray) {
    return [&xray](HttpRequest request, HttpRespond respond) {
        xray.handle(std::move(request), std::move(respond), IngestSource::tcp);
    };
}

}  // namespace tomograph
