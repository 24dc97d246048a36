#pragma once

#include <cstdint>
#include <string_view>

#include "base/time.h"

namespace tomograph {

/// Differences on disk wrap at 64 bits, so that any two instants have one and damaged ones harm
/// nobody.
inline std::int64_t wrapping_difference(std::int64_t a, std::int64_t b) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

inline std::int64_t wrapping_sum(std::int64_t a, std::int64_t b) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

/// Nanoseconds at the start of a second or minute; wraps.
inline std::int64_t wrapping_product(std::int64_t a, std::int64_t b) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
}

/// 0, -1, 1, -2, … from 0, 1, 2, 3, …
inline std::int64_t unzigzag(std::int64_t value) {
    const auto bits = static_cast<std::uint64_t>(value);
    return static_cast<std::int64_t>(bits >> 1) ^ -static_cast<std::int64_t>(bits & 1);
}

/// The text, or its longest beginning of at most `bytes_max` bytes that ends at a UTF-8 character.
inline std::string_view cut_text(std::string_view text, std::size_t bytes_max) {
    if (text.size() <= bytes_max) return text;
    std::size_t end = bytes_max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
    return text.substr(0, end == 0 ? bytes_max : end);
}

}  // namespace tomograph
