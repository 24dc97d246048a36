#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "net/http_message.h"

namespace tomograph {

/// The codes of gRPC (its statuscodes.md), as they go over the wire.
enum class GrpcStatus : std::uint8_t {
    ok = 0,
    cancelled = 1,
    unknown = 2,
    invalid_argument = 3,
    deadline_exceeded = 4,
    not_found = 5,
    already_exists = 6,
    permission_denied = 7,
    resource_exhausted = 8,
    failed_precondition = 9,
    aborted = 10,
    out_of_range = 11,
    unimplemented = 12,
    internal = 13,
    unavailable = 14,
    data_loss = 15,
    unauthenticated = 16,
};
constexpr std::size_t grpc_statuses = 17;

/// "INVALID_ARGUMENT"
std::string_view to_text(GrpcStatus status);
/// What a status of HTTP says in gRPC, of requests that were refused before they were calls.
GrpcStatus grpc_status_of_http(int status);

/// What a method answers.
struct GrpcAnswer {
    GrpcStatus status = GrpcStatus::ok;
    std::string message{};   ///< of the response; only when the status is ok
    std::string sentence{};  ///< `grpc-message`: why it is not ok; UTF-8
    std::string details{};   ///< `grpc-status-details-bin`: a google.rpc.Status, its bytes
};

/// Whether a Content-Type is gRPC's, with whatever message format.
bool is_grpc(std::string_view content_type);
/// The answer on HTTP/2: header, message with its prefix, trailers; of an error without a message,
/// all in the header ("Trailers-Only").
HttpReply to_http(GrpcAnswer answer);

/// `grpc-message`: bytes outside of printable ASCII, and '%', are %XX.
std::string grpc_percent_encode(std::string_view text);
/// `grpc-timeout`: up to 8 digits and a unit of H M S m u n; nothing when it is none.
std::optional<Duration> parse_grpc_timeout(std::string_view text);

}  // namespace tomograph
