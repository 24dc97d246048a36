#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace tomograph {

/// Code points of valid UTF-8: what the lengths in AWS's models count.
inline std::size_t characters_of(std::string_view utf8) {
    return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
        const bool is_continuation = (static_cast<unsigned char>(c) & 0xc0) == 0x80;
        return !is_continuation;
    }));
}

}  // namespace tomograph
