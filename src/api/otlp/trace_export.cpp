#include "api/otlp/trace_export.h"

#include <exception>

#include "api/json_writer.h"
#include "api/limits.h"
#include "api/otlp/export_answer.h"
#include "base/ascii.h"
#include "base/log.h"
#include "wire/otlp/json_request.h"

namespace tomograph {
namespace {

constexpr std::string_view traces_path = "/v1/traces";
constexpr std::string_view protobuf_type = "application/x-protobuf";
constexpr std::string_view json_type = "application/json";

std::string_view media_type(const HttpRequest& request) {
    const std::string_view type = request.header("content-type");
    return trim_blanks(type.substr(0, type.find(';')));
}

HttpReply reply_of(int status, bool is_json, std::string body) {
    HttpReply reply;
    reply.status = status;
    reply.headers.push_back({"Content-Type", std::string(is_json ? json_type : protobuf_type)});
    reply.body = std::move(body);
    return reply;
}

HttpReply status_reply(int status, RpcCode code, bool is_json, std::string_view sentence) {
    if (!is_json) return reply_of(status, false, rpc_status(code, sentence));
    JsonWriter json;
    json.begin_object();
    json.integer("code", static_cast<std::int64_t>(code));
    json.text("message", sentence);
    json.end_object();
    return reply_of(status, true, json.take());
}

HttpReply accepted(const IngestOutcome& outcome, bool is_json) {
    if (!is_json) return reply_of(200, false, export_response(outcome));
    JsonWriter json;
    json.begin_object();
    if (!outcome.rejections.empty()) {
        json.begin_object("partialSuccess");
        json.text("rejectedSpans", std::to_string(outcome.rejections.size()));
        json.text("errorMessage", partial_success(outcome));
        json.end_object();
    }
    json.end_object();
    return reply_of(200, true, json.take());
}

HttpReply refused(const Error& error, bool is_json) {
    const RpcCode code = rpc_code_of(error);
    const int status = code == RpcCode::invalid_argument ? 400
                       : code == RpcCode::unavailable    ? 503
                                                         : 500;
    HttpReply reply = status_reply(status, code, is_json, error.message());
    if (status == 503)
        reply.headers.push_back({"Retry-After", std::to_string(retry_after_seconds)});
    return reply;
}

void export_traces(Ingest& ingest, const HttpRequest& request, const HttpRespond& respond) {
    const std::string_view type = media_type(request);
    const bool is_json = equals_ignoring_case(type, json_type);
    if (request.method != "POST")
        return respond(status_reply(405, RpcCode::invalid_argument, true, "/v1/traces takes POST"));
    if (!is_json && !equals_ignoring_case(type, protobuf_type))
        return respond(
            status_reply(415, RpcCode::invalid_argument, true,
                         "Content-Type must be application/x-protobuf or application/json"));
    const auto done = [respond, is_json](const Result<IngestOutcome>& outcome) {
        respond(outcome ? accepted(*outcome, is_json) : refused(outcome.error(), is_json));
    };
    if (!is_json) return ingest.put_spans(request.body, IngestSource::otlp_http, done);
    const auto message = trace_request_of_json(request.body);
    if (!message) return respond(refused(message.error(), true));
    ingest.put_spans(*message, IngestSource::otlp_http, done);
}

}  // namespace

bool answer_trace_export(Ingest& ingest, const HttpRequest& request, const HttpRespond& respond) {
    if (request.path != traces_path) return false;
    export_traces(ingest, request, respond);
    return true;
}

HttpHandler otlp_http_handler(Ingest& ingest) {
    return [&ingest](const HttpRequest& request, const HttpRespond& respond) {
        try {
            if (answer_trace_export(ingest, request, respond)) return;
            respond(status_reply(404, RpcCode::not_found, true, "this port takes POST /v1/traces"));
        } catch (const std::exception& thrown) {
            log_error("request failed", {{"error", thrown.what()}});
            respond(status_reply(500, RpcCode::internal, true, "the request failed"));
        }
    };
}

HttpReply otlp_http_error(int status, std::string_view sentence) {
    const RpcCode code = status == 413   ? RpcCode::resource_exhausted
                         : status == 503 ? RpcCode::unavailable
                                         : RpcCode::invalid_argument;
    return status_reply(status, code, true, sentence);
}

}  // namespace tomograph
