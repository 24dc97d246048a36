#include "api/otlp/trace_export.h"

#include <exception>

#include "api/otlp/http_answer.h"
#include "api/otlp/logs_export.h"
#include "api/otlp/metrics_export.h"
#include "base/log.h"
#include "wire/otlp/json_request.h"

namespace tomograph {
namespace {

constexpr std::string_view traces_path = "/v1/traces";

void export_traces(Ingest& ingest, const HttpRequest& request, const HttpRespond& respond) {
    OtlpRequestKind kind = otlp_request_kind(request, traces_path);
    if (!kind.is_right) return respond(std::move(kind.refusal));
    const bool is_json = kind.is_json;
    const auto done = [respond, is_json](const Result<IngestOutcome>& outcome) {
        respond(outcome ? otlp_accepted(partial_success(*outcome), "rejectedSpans", is_json)
                        : otlp_refused(outcome.error(), is_json));
    };
    if (!is_json) return ingest.put_spans(request.body, IngestSource::otlp_http, done);
    const auto message = trace_request_of_json(request.body);
    if (!message) return respond(otlp_refused(message.error(), true));
    ingest.put_spans(*message, IngestSource::otlp_http, done);
}

}  // namespace

bool answer_trace_export(Ingest& ingest, const HttpRequest& request, const HttpRespond& respond) {
    if (request.path != traces_path) return false;
    export_traces(ingest, request, respond);
    return true;
}

HttpHandler otlp_http_handler(Ingest& ingest, LogIntake& logs, MetricIntake& metrics) {
    return [&ingest, &logs, &metrics](const HttpRequest& request, const HttpRespond& respond) {
        try {
            if (answer_trace_export(ingest, request, respond)) return;
            if (answer_logs_export(logs, request, respond)) return;
            if (answer_metrics_export(metrics, request, respond)) return;
            respond(otlp_status_reply(404, RpcCode::not_found, true,
                                      "this port takes POST /v1/traces, /v1/logs and /v1/metrics"));
        } catch (const std::exception& thrown) {
            log_error("request failed", {{"error", thrown.what()}});
            respond(otlp_status_reply(500, RpcCode::internal, true, "the request failed"));
        }
    };
}

HttpReply otlp_http_error(int status, std::string_view sentence) {
    const RpcCode code = status == 413   ? RpcCode::resource_exhausted
                         : status == 503 ? RpcCode::unavailable
                                         : RpcCode::invalid_argument;
    return otlp_status_reply(status, code, true, sentence);
}

}  // namespace tomograph
