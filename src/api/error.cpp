#include "api/error.h"

#include <algorithm>

#include "api/json_writer.h"
#include "api/limits.h"

namespace tomograph {

namespace {

struct WireError {
    std::string_view type;
    int status;
};

constexpr WireError wire_error(ErrorCode code) {
    switch (code) {
        case ErrorCode::invalid:
            return {"InvalidRequestException", 400};
        case ErrorCode::not_found:
            return {"ResourceNotFoundException", 404};
        case ErrorCode::conflict:
            return {"InvalidRequestException", 400};
        case ErrorCode::limit:
            return {"InvalidRequestException", 400};
        case ErrorCode::denied:
            return {"AccessDeniedException", 403};
        case ErrorCode::unavailable:
            return {"ServiceUnavailable", 503};
        case ErrorCode::timeout:
            return {"ServiceUnavailable", 503};
        case ErrorCode::cancelled:
            return {"ServiceUnavailable", 503};
        case ErrorCode::corrupt:
            return {"InternalFailure", 500};
        case ErrorCode::io:
            return {"InternalFailure", 500};
        case ErrorCode::internal:
            return {"InternalFailure", 500};
    }
    return {"InternalFailure", 500};
}

std::string_view type_of_status(int status) {
    switch (status) {
        case 404:
            return "UnknownOperationException";
        case 405:
            return "MethodNotAllowedException";
        case 408:
            return "RequestTimeoutException";
        case 413:
            return "RequestEntityTooLargeException";
        case 415:
            return "UnsupportedMediaTypeException";
        case 429:
            return "ThrottledException";
        case 431:
            return "RequestHeaderFieldsTooLargeException";
        case 503:
            return "ServiceUnavailable";
        default:
            return status >= 500 ? "InternalFailure" : "InvalidRequestException";
    }
}

}  // namespace

ApiError to_api_error(const Error& error) {
    const WireError wire = wire_error(error.code());
    return {wire.type, wire.status, error.message()};
}

ApiError invalid_request(std::string message) {
    return {"InvalidRequestException", 400, std::move(message)};
}

ApiError serialization_error(std::string message) {
    return {"SerializationException", 400, std::move(message)};
}

ApiError unknown_operation(std::string message) {
    return {"UnknownOperationException", 404, std::move(message)};
}

ApiError method_not_allowed(std::string message) { return http_error(405, std::move(message)); }

ApiError throttled(std::string message) { return http_error(429, std::move(message)); }

ApiError http_error(int status, std::string message) {
    return {type_of_status(status), status, std::move(message)};
}

HttpReply to_reply(const ApiError& error) {
    JsonWriter json;
    json.begin_object();
    json.text("__type", error.type);
    json.text("Message", error.message);
    json.text("message", error.message);
    if (!error.resource_name.empty()) json.text("ResourceName", error.resource_name);
    json.end_object();

    HttpReply reply;
    reply.status = error.status;
    reply.body = json.take();
    reply.headers.push_back({"Content-Type", "application/json"});
    reply.headers.push_back({"x-amzn-ErrorType", std::string(error.type)});
    if (error.status == 429 || error.status == 503)
        reply.headers.push_back({"Retry-After", std::to_string(retry_after_seconds)});
    return reply;
}

std::string quoted(std::string_view text) {
    const bool is_cut = text.size() > error_quote_bytes_max;
    std::string shown(text.substr(0, error_quote_bytes_max));
    std::replace_if(shown.begin(), shown.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
    return is_cut ? shown + "..." : shown;
}

}  // namespace tomograph
