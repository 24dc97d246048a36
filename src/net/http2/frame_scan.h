#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "net/http2/preface.h"

namespace tomograph {

/// The head of a frame (RFC 9113, 4.1), without its stream.
struct Http2FrameHead {
    std::uint32_t length = 0;
    std::uint8_t type = 0;
    std::uint8_t flags = 0;
};

/// Finds the heads of frames in a client's bytes, whatever the frames hold, so that every one can
/// be counted: the library tells of neither CONTINUATION nor unknown ones.
///
///   | length 24 | type 8 | flags 8 | stream 32 | payload … |
class Http2FrameScan {
 public:
    /// Moves over `bytes` to behind the next head at most, and over what was left of the payload
    /// before. `used` says how far.
    std::optional<Http2FrameHead> next(std::string_view bytes, std::size_t& used) {
        used = static_cast<std::size_t>(std::min<std::uint64_t>(skip_, bytes.size()));
        skip_ -= used;
        const std::size_t take = std::min(bytes.size() - used, head_.size() - have_);
        std::memcpy(head_.data() + have_, bytes.data() + used, take);
        have_ += take;
        used += take;
        if (have_ < head_.size()) return {};
        have_ = 0;
        Http2FrameHead head;
        head.length = static_cast<std::uint32_t>(head_[0] << 16 | head_[1] << 8 | head_[2]);
        head.type = head_[3];
        head.flags = head_[4];
        skip_ = head.length;
        return head;
    }

 private:
    std::uint64_t skip_ = http2_preface.size();
    std::array<std::uint8_t, 9> head_{};
    std::size_t have_ = 0;
};

}  // namespace tomograph
