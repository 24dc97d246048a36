#include "base/result.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

namespace tomograph {

std::string_view to_text(ErrorCode code) {
    switch (code) {
        case ErrorCode::invalid:
            return "invalid";
        case ErrorCode::not_found:
            return "not_found";
        case ErrorCode::conflict:
            return "conflict";
        case ErrorCode::limit:
            return "limit";
        case ErrorCode::denied:
            return "denied";
        case ErrorCode::unavailable:
            return "unavailable";
        case ErrorCode::timeout:
            return "timeout";
        case ErrorCode::cancelled:
            return "cancelled";
        case ErrorCode::corrupt:
            return "corrupt";
        case ErrorCode::io:
            return "io";
        case ErrorCode::internal:
            return "internal";
    }
    ASSERT(false);
}

Error Error::within(std::string_view context) && {
    return Error(code_, fmt::format("{}: {}", context, message_));
}

Error error_from_errno(ErrorCode code, std::string_view what) {
    const int saved = errno;
    char buffer[128];
    return Error(code, fmt::format("{}: {}", what, strerror_r(saved, buffer, sizeof buffer)));
}

}  // namespace tomograph
