#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "net/http_message.h"

namespace tomograph {

/// An error as clients of the X-Ray API see it (xray-api.md §1.2).
struct ApiError {
    std::string_view type;  ///< "InvalidRequestException" and the like; a literal
    int status = 500;
    std::string message;
    std::string resource_name{};  ///< of exceptions whose model has a ResourceName; else ""
};

/// The only table from the 11 codes of the program to exceptions and HTTP statuses.
ApiError to_api_error(const Error& error);

ApiError invalid_request(std::string message);  ///< a member is missing, or its value breaks a rule
ApiError serialization_error(
    std::string message);  ///< the body is not JSON, or a member has another type
ApiError unknown_operation(std::string message);
ApiError method_not_allowed(std::string message);
ApiError throttled(std::string message);
/// An error of the HTTP layer, before there is a request.
ApiError http_error(int status, std::string message);

/// The JSON body that every SDK can read, with x-amzn-ErrorType, and Retry-After where waiting
/// helps.
HttpReply to_reply(const ApiError& error);

/// Text of a stranger as it may stand in a message: short, printable ASCII, the rest as '?'.
std::string quoted(std::string_view text);

}  // namespace tomograph
