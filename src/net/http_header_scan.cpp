#include "net/http_header_scan.h"

#include <algorithm>
#include <cstring>

#include "base/ascii.h"

namespace tomograph {

namespace {

bool is_host_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::strchr("-._~%!$&'()*+,;=:[]", c) != nullptr;
}

}  // namespace

HttpHeaderScan::Found HttpHeaderScan::scan(std::string_view block) {
    const auto broken = [this](std::string_view problem) {
        problem_ = problem;
        return Found::broken;
    };
    for (;;) {
        const std::size_t lf = block.find('\n', at_);
        if (lf == std::string_view::npos) break;
        const std::string_view line = block.substr(line_start_, lf - line_start_);
        if (line.empty() || line.back() != '\r') return broken("a line ends in a bare LF");
        const std::string_view text = line.substr(0, line.size() - 1);
        if (text.find('\r') != std::string_view::npos) return broken("a bare CR");
        if (text.find('\0') != std::string_view::npos) return broken("a NUL byte");
        if (line_start_ > 0 && (line.front() == ' ' || line.front() == '\t'))
            return broken("a folded header line");
        at_ = lf + 1;
        const bool first_line = line_start_ == 0;
        line_start_ = at_;
        if (text.empty()) return first_line ? broken("an empty request line") : Found::end;
    }
    at_ = block.size();
    return Found::more;
}

bool is_host(std::string_view value) {
    return !value.empty() && value.front() != ':' &&
           std::all_of(value.begin(), value.end(),
                       [](char c) { return c != '\0' && is_host_character(c); });
}

std::optional<RequestTarget> split_target(std::string_view target, std::string_view host) {
    const auto is_allowed = [](char c) { return c > ' ' && c < '\x7f' && c != '#'; };
    if (target.empty() || target.front() == '?' ||
        !std::all_of(target.begin(), target.end(), is_allowed))
        return {};

    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!equals_ignoring_case(target.substr(0, scheme.size()), scheme)) continue;
        target.remove_prefix(scheme.size());
        const std::string_view authority = target.substr(0, target.find_first_of("/?"));
        if (!equals_ignoring_case(authority, host)) return {};
        target.remove_prefix(authority.size());
        if (target.empty() || target.front() == '?')
            return RequestTarget{"/", target.empty() ? target : target.substr(1)};
        break;
    }
    const std::size_t mark = target.find('?');
    if (mark == std::string_view::npos) return RequestTarget{target, {}};
    return RequestTarget{target.substr(0, mark), target.substr(mark + 1)};
}

}  // namespace tomograph
