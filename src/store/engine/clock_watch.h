#pragma once

#include "base/clock.h"
#include "base/log.h"
#include "store/limits.h"

namespace tomograph {

/// Whether the wall clock has run as the monotonic one does: a wrong date must not delete
/// everything. Not for threads.
class ClockWatch {
 public:
    explicit ClockWatch(const Clock& clock)
        : clock_(clock), wall_(clock.now()), mono_(clock.monotonic()) {}

    /// Looks at the clocks; to be called at least every few minutes.
    bool look() {
        const Instant wall = clock_.now();
        const Duration mono = clock_.monotonic();
        const Duration drift = (wall - wall_) - (mono - mono_);
        wall_ = wall;
        mono_ = mono;
        if (drift > clock_jump_max || drift < Duration{-clock_jump_max.ns}) {
            log_warn("wall clock jumped, retention waits", {{"seconds", drift.as_seconds()}});
            hold_until_ = mono + retention_hold;
        }
        return mono >= hold_until_;
    }
    /// What the last look found.
    bool is_trusted() const { return clock_.monotonic() >= hold_until_; }

 private:
    const Clock& clock_;
    Instant wall_;
    Duration mono_;
    Duration hold_until_;
};

}  // namespace tomograph
