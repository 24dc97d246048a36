#include "api/otlp/trace_export.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <protozero/pbf_writer.hpp>

#include "api/json_writer.h"
#include "api/limits.h"
#include "base/ascii.h"
#include "base/log.h"
#include "wire/otlp/json_request.h"

namespace tomograph {
namespace {

constexpr std::string_view traces_path = "/v1/traces";
constexpr std::string_view protobuf_type = "application/x-protobuf";
constexpr std::string_view json_type = "application/json";

/// Of google.rpc.Code.
enum class RpcCode {
    invalid_argument = 3,
    not_found = 5,
    resource_exhausted = 8,
    internal = 13,
    unavailable = 14
};

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
    const auto number = static_cast<std::int32_t>(code);
    if (!is_json) {
        std::string body;
        protozero::pbf_writer message(body);
        message.add_int32(1, number);
        message.add_string(2, sentence.data(), sentence.size());
        return reply_of(status, false, std::move(body));
    }
    JsonWriter json;
    json.begin_object();
    json.integer("code", number);
    json.text("message", sentence);
    json.end_object();
    return reply_of(status, true, json.take());
}

/// Nothing when all was kept.
std::string why_not(const std::vector<Rejection>& rejections) {
    if (rejections.empty()) return {};
    const Rejection& first = rejections.front();
    const std::string which = first.id ? fmt::format("span {}: ", *first.id) : std::string();
    return fmt::format("{} of the spans were not kept; the first: {}{}", rejections.size(), which,
                       first.message);
}

HttpReply accepted(const IngestOutcome& outcome, bool is_json) {
    const std::string why = why_not(outcome.rejections);
    const auto rejected = static_cast<std::int64_t>(outcome.rejections.size());
    if (!is_json) {
        std::string body;
        protozero::pbf_writer answer(body);
        if (!why.empty()) {
            protozero::pbf_writer partial(answer, 1);
            partial.add_int64(1, rejected);
            partial.add_string(2, why);
        }
        return reply_of(200, false, std::move(body));
    }
    JsonWriter json;
    json.begin_object();
    if (!why.empty()) {
        json.begin_object("partialSuccess");
        json.text("rejectedSpans", std::to_string(rejected));
        json.text("errorMessage", why);
        json.end_object();
    }
    json.end_object();
    return reply_of(200, true, json.take());
}

/// Only overload may be tried again: the client would send the same faults for ever.
HttpReply refused(const Error& error, bool is_json) {
    switch (error.code()) {
        case ErrorCode::invalid:
            return status_reply(400, RpcCode::invalid_argument, is_json, error.message());
        case ErrorCode::unavailable:
        case ErrorCode::limit: {  // a full disk is no fault of the request
            HttpReply reply = status_reply(503, RpcCode::unavailable, is_json, error.message());
            reply.headers.push_back({"Retry-After", std::to_string(retry_after_seconds)});
            return reply;
        }
        default:
            return status_reply(500, RpcCode::internal, is_json, error.message());
    }
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
