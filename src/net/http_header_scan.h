#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace tomograph {

/// Looks for the end of a header block in bytes that arrive piece by piece, and refuses what the
/// parser behind it would let pass: a bare LF or CR, a folded line, NUL.
class HttpHeaderScan {
 public:
    enum class Found { more, end, broken };

    /// `block` is what has arrived so far, from the first byte of the request; it only grows.
    Found scan(std::string_view block);

    /// Behind the empty line. Only when the end was found.
    std::size_t end() const { return at_; }
    /// What is broken. Only then.
    std::string_view problem() const { return problem_; }
    void reset() { *this = {}; }

 private:
    std::size_t at_ = 0;          // looked at up to here
    std::size_t line_start_ = 0;  // of the line that at_ is in
    std::string_view problem_;
};

/// Whether a Host value is host[:port] and nothing else.
bool is_host(std::string_view value);

/// The path and query of a request target: "/a?b", "http://host/a?b" (whose authority must equal
/// `host`),
/// "*" or "host:port" as they are.
struct RequestTarget {
    std::string_view path;
    std::string_view query;
};
std::optional<RequestTarget> split_target(std::string_view target, std::string_view host);

}  // namespace tomograph
