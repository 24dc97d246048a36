#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tomograph {

/// A GOAWAY frame (RFC 9113, 6.8). Written by hand, because after a breach the library's state is
/// not asked any more.
///
///   | length 24 | type 7 | flags 0 | stream 0 : 32 | last stream : 32 | code : 32 | reason … |
inline std::string goaway_frame(std::uint32_t last_stream, std::uint32_t code,
                                std::string_view reason) {
    std::string frame;
    const auto put = [&frame](std::uint32_t value, int bytes) {
        for (int i = bytes - 1; i >= 0; --i)
            frame += static_cast<char>(static_cast<unsigned char>(value >> (8 * i)));
    };
    put(static_cast<std::uint32_t>(8 + reason.size()), 3);
    put(7, 1);
    put(0, 1);
    put(0, 4);
    put(last_stream, 4);
    put(code, 4);
    return frame.append(reason);
}

}  // namespace tomograph
