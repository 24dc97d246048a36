#include "net/grpc/status.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "base/base64.h"
#include "net/grpc/frame.h"

namespace tomograph {

namespace {

constexpr std::array<std::string_view, grpc_statuses> names = {
    "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED"};

std::vector<HttpHeader> status_headers(const GrpcAnswer& answer) {
    std::vector<HttpHeader> headers = {
        {"grpc-status", std::to_string(static_cast<int>(answer.status))}};
    if (!answer.sentence.empty())
        headers.push_back({"grpc-message", grpc_percent_encode(answer.sentence)});
    if (!answer.details.empty())
        headers.push_back(
            {"grpc-status-details-bin", base64_encode(answer.details, Base64Form::unpadded)});
    return headers;
}

}  // namespace

std::string_view to_text(GrpcStatus status) { return names[static_cast<std::size_t>(status)]; }

GrpcStatus grpc_status_of_http(int status) {
    switch (status) {
        case 400:
            return GrpcStatus::invalid_argument;
        case 401:
            return GrpcStatus::unauthenticated;
        case 403:
            return GrpcStatus::permission_denied;
        case 404:
        case 415:
        case 501:
            return GrpcStatus::unimplemented;
        case 408:
            return GrpcStatus::deadline_exceeded;
        case 413:
        case 431:
            return GrpcStatus::resource_exhausted;
        case 429:
        case 502:
        case 503:
        case 504:
            return GrpcStatus::unavailable;
        case 500:
            return GrpcStatus::internal;
        default:
            return GrpcStatus::unknown;
    }
}

bool is_grpc(std::string_view content_type) {
    constexpr std::string_view grpc = "application/grpc";
    if (!equals_ignoring_case(content_type.substr(0, grpc.size()), grpc)) return false;
    return content_type.size() == grpc.size() || content_type[grpc.size()] == '+' ||
           content_type[grpc.size()] == ';';
}

HttpReply to_http(GrpcAnswer answer) {
    HttpReply reply;
    reply.headers = {{"content-type", "application/grpc"},
                     {"grpc-accept-encoding", std::string(grpc_accepted_codings)}};
    auto status = status_headers(answer);
    if (answer.status == GrpcStatus::ok) {
        reply.body = grpc_prefix(answer.message.size(), false);
        reply.body += answer.message;
        reply.trailers = std::move(status);
    } else {
        reply.headers.insert(reply.headers.end(), status.begin(), status.end());
    }
    return reply;
}

std::string grpc_percent_encode(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        if (c >= ' ' && c <= '~' && c != '%') {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += digits[byte >> 4U];
        out += digits[byte & 15U];
    }
    return out;
}

std::optional<Duration> parse_grpc_timeout(std::string_view text) {
    if (text.size() < 2 || text.size() > 9) return {};
    std::int64_t value = 0;
    for (const char c : text.substr(0, text.size() - 1)) {
        if (c < '0' || c > '9') return {};
        value = 10 * value + (c - '0');
    }
    // The longest, 99,999,999 hours, is more than a Duration holds; days are as good as for ever.
    constexpr std::int64_t hours_max = 24 * 365;
    switch (text.back()) {
        case 'H':
            return Duration::hours(std::min(value, hours_max));
        case 'M':
            return Duration::minutes(std::min(value, 60 * hours_max));
        case 'S':
            return Duration::seconds(value);
        case 'm':
            return Duration::milliseconds(value);
        case 'u':
            return Duration::microseconds(value);
        case 'n':
            return Duration::nanoseconds(value);
        default:
            return {};
    }
}

}  // namespace tomograph
