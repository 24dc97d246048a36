#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "net/http_message.h"
#include "net/http_refusal.h"
#include "net/http_server.h"

namespace tomograph {

/// Collects the header fields of one HTTP/2 request into what HTTP/1.1 would have made of them:
/// `:authority` becomes Host, crumbs of cookies are one Cookie (RFC 9113, 8.2.3). The session below
/// has checked the form of names and values, and that the pseudo headers come once and first.
class Http2RequestHead {
 public:
    /// A field. Bytes count as RFC 9113 counts them (6.5.2): name, value, and 32.
    void add(std::string_view name, std::string_view value, const HttpLimits& limits);
    /// All fields have come: splits the target and looks at what is left to look at. The first
    /// refusal of them all.
    std::optional<HttpRefusal> finish();

    bool expects_continue() const { return expects_continue_; }
    /// The request, without its body. After finish().
    HttpRequest take() { return std::move(request_); }
    const HttpRequest& request() const { return request_; }

 private:
    void refuse(HttpRefusal refusal);

    HttpRequest request_;
    std::string path_;
    std::string authority_;
    std::string cookie_;
    std::uint64_t bytes_ = 0;
    std::uint32_t fields_ = 0;
    bool expects_continue_ = false;
    std::optional<HttpRefusal> refusal_;
};

}  // namespace tomograph
