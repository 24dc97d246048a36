#include "api/http_api.h"

#include <exception>

#include "api/otlp/logs_export.h"
#include "api/otlp/metrics_export.h"
#include "api/otlp/trace_export.h"
#include "api/request_id.h"
#include "base/log.h"

namespace tomograph {

/// All but the X-Ray API. False for any path that is not one of theirs.
bool HttpApi::answer_own(HttpRequest& request, const HttpRespond& respond) {
    auto page = operator_page(
        request, {.ready = ready_parts(), .metrics = parts_.metrics, .spans = parts_.span_metrics});
    if (!page && parts_.operations != nullptr) page = parts_.operations->handle(request);
    if (page) {
        page->headers.push_back({"x-amzn-RequestId", make_request_id()});
        respond(*std::move(page));
        return true;
    }
    const auto is_answered_by = [&](auto* part) {
        return part != nullptr && part->handle(request, respond);
    };
    const auto is_export_of = [&](auto* intake, auto answer) {
        return intake != nullptr && answer(*intake, request, respond);
    };
    return is_answered_by(parts_.retention) || is_answered_by(parts_.groups) ||
           is_answered_by(parts_.own) || is_export_of(parts_.otlp_traces, answer_trace_export) ||
           is_export_of(parts_.otlp_logs, answer_logs_export) ||
           is_export_of(parts_.otlp_metrics, answer_metrics_export);
}

void HttpApi::handle(HttpRequest request, HttpRespond respond) {
    try {
        if (answer_own(request, respond)) return;
        parts_.xray.handle(std::move(request), respond, IngestSource::api);
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
