#include "net/http2/request_head.h"

#include <fmt/format.h>

#include "base/ascii.h"
#include "net/http_header_scan.h"

namespace tomograph {

namespace {

constexpr std::uint64_t bytes_per_field = 32;

HttpRefusal malformed(std::string sentence) {
    return {RefusalCause::malformed, 400, std::move(sentence)};
}

}  // namespace

void Http2RequestHead::refuse(HttpRefusal refusal) {
    if (!refusal_) refusal_ = std::move(refusal);
}

void Http2RequestHead::add(std::string_view name, std::string_view value,
                           const HttpLimits& limits) {
    bytes_ += name.size() + value.size() + bytes_per_field;
    if (bytes_ > limits.header_bytes_max)
        return refuse({RefusalCause::header_bytes, 431,
                       fmt::format("a header of more than {} bytes", limits.header_bytes_max)});
    if (++fields_ > limits.headers_max)
        return refuse({RefusalCause::header_count, 431,
                       fmt::format("more than {} headers", limits.headers_max)});
    if (name.starts_with(':')) {
        if (name == ":method") request_.method = value;
        if (name == ":path") path_ = value;
        if (name == ":authority") authority_ = value;
        return;
    }
    if (name == "cookie") {
        if (!cookie_.empty()) cookie_ += "; ";
        cookie_ += value;
        return;
    }
    if (name == "expect") {
        if (!equals_ignoring_case(value, "100-continue"))
            return refuse({RefusalCause::expectation, 417, "an unknown expectation"});
        expects_continue_ = true;
    }
    if (name == "host") {
        if (!request_.header("host").empty()) return refuse(malformed("more than one Host"));
        if (!authority_.empty() && !equals_ignoring_case(authority_, value))
            return refuse(malformed("Host and :authority differ"));
    }
    request_.headers.push_back({std::string(name), std::string(value)});
}

std::optional<HttpRefusal> Http2RequestHead::finish() {
    if (request_.header("host").empty() && !authority_.empty())
        request_.headers.insert(request_.headers.begin(), {"host", authority_});
    if (!cookie_.empty()) request_.headers.push_back({"cookie", std::move(cookie_)});
    const std::string_view host = request_.header("host");
    if (host.empty()) refuse(malformed("no :authority"));
    if (!host.empty() && !is_host(host)) refuse(malformed("a bad :authority"));
    if (request_.method == "CONNECT") refuse(malformed("no connections are made here"));
    const auto target = split_target(path_, host);
    if (!target || (!target->path.starts_with('/') && target->path != "*"))
        refuse(malformed("a bad :path"));
    if (!refusal_) {
        request_.path = target->path;
        request_.query = target->query;
        request_.is_http2 = true;
    }
    return refusal_;
}

}  // namespace tomograph
