#pragma once

#include <cstdint>

#include "base/time.h"
#include "net/limits.h"

namespace tomograph {

/// Counts what a client may do for free, within http2_count_window. HTTP/2 lets one side make the
/// other work with a few bytes: streams opened and reset at once (CVE-2023-44487), pings that want
/// an answer, settings that want a confirmation (CVE-2019-9511 to 9518), frames wrong on purpose so
/// that we reset (CVE-2025-8671).
class Http2FloodGuard {
 public:
    /// False when it was one too many.
    [[nodiscard]] bool count_reset(Duration now) {
        turn(now);
        return ++resets_ <= http2_resets_max;
    }
    [[nodiscard]] bool count_control_frame(Duration now) {
        turn(now);
        return ++control_frames_ <= http2_control_frames_max + earned_;
    }
    /// A request, or a frame of a reply.
    void earn(Duration now) {
        turn(now);
        earned_ += http2_control_frames_earned;
    }

 private:
    void turn(Duration now) {
        if (now - began_ < http2_count_window) return;
        *this = {};
        began_ = now;
    }

    Duration began_;
    std::uint32_t resets_ = 0;
    std::uint64_t control_frames_ = 0;
    std::uint64_t earned_ = 0;
};

}  // namespace tomograph
