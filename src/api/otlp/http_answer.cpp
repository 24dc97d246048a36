#include "api/otlp/http_answer.h"

#include <fmt/format.h>

#include "api/json_writer.h"
#include "api/limits.h"
#include "base/ascii.h"

namespace tomograph {
namespace {

constexpr std::string_view protobuf_type = "application/x-protobuf";
constexpr std::string_view json_type = "application/json";

std::string_view media_type(const HttpRequest& request) {
    const std::string_view type = request.header("content-type");
    return trim_blanks(type.substr(0, type.find(';')));
}

HttpReply otlp_reply(int status, bool is_json, std::string body) {
    HttpReply reply;
    reply.status = status;
    reply.headers.push_back({"Content-Type", std::string(is_json ? json_type : protobuf_type)});
    reply.body = std::move(body);
    return reply;
}

}  // namespace

HttpReply otlp_accepted(const PartialSuccess& partial, std::string_view rejected_name,
                        bool is_json) {
    if (!is_json) return otlp_reply(200, false, export_response(partial));
    JsonWriter json;
    json.begin_object();
    if (partial.rejected > 0) {
        json.begin_object("partialSuccess");
        json.text(rejected_name, std::to_string(partial.rejected));
        json.text("errorMessage", partial.sentence);
        json.end_object();
    }
    json.end_object();
    return otlp_reply(200, true, json.take());
}

HttpReply otlp_status_reply(int status, RpcCode code, bool is_json, std::string_view sentence) {
    if (!is_json) return otlp_reply(status, false, rpc_status(code, sentence));
    JsonWriter json;
    json.begin_object();
    json.integer("code", static_cast<std::int64_t>(code));
    json.text("message", sentence);
    json.end_object();
    return otlp_reply(status, true, json.take());
}

HttpReply otlp_refused(const Error& error, bool is_json) {
    const RpcCode code = rpc_code_of(error);
    const int status = code == RpcCode::invalid_argument ? 400
                       : code == RpcCode::unavailable    ? 503
                                                         : 500;
    HttpReply reply = otlp_status_reply(status, code, is_json, error.message());
    if (status == 503)
        reply.headers.push_back({"Retry-After", std::to_string(retry_after_seconds)});
    return reply;
}

OtlpRequestKind otlp_request_kind(const HttpRequest& request, std::string_view path) {
    const std::string_view type = media_type(request);
    OtlpRequestKind kind{
        .is_right = false, .is_json = equals_ignoring_case(type, json_type), .refusal = {}};
    if (request.method != "POST")
        kind.refusal = otlp_status_reply(405, RpcCode::invalid_argument, true,
                                         fmt::format("{} takes POST", path));
    else if (!kind.is_json && !equals_ignoring_case(type, protobuf_type))
        kind.refusal =
            otlp_status_reply(415, RpcCode::invalid_argument, true,
                              "Content-Type must be application/x-protobuf or application/json");
    else
        kind.is_right = true;
    return kind;
}

}  // namespace tomograph
