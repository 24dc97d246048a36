#pragma once

#include <atomic>

#include "base/time.h"

namespace tomograph {

/// Where time comes from, so that tests can own it. Threads: any.
class Clock {
 public:
    virtual ~Clock() = default;

    /// Wall time; may jump either way.
    virtual Instant now() const = 0;
    /// Time since an arbitrary moment; never goes back.
    virtual Duration monotonic() const = 0;
};

class RealClock final : public Clock {
 public:
    Instant now() const override;
    Duration monotonic() const override;
};

/// A clock that stands still until told. `advance` moves both times, `jump` the wall time only.
class ManualClock final : public Clock {
 public:
    explicit ManualClock(Instant start) : now_ns_(start.ns) {}

    Instant now() const override { return {now_ns_.load()}; }
    Duration monotonic() const override { return {monotonic_ns_.load()}; }
    void advance(Duration step) {
        now_ns_ += step.ns;
        monotonic_ns_ += step.ns;
    }
    void jump(Duration step) { now_ns_ += step.ns; }

 private:
    std::atomic<std::int64_t> now_ns_;
    std::atomic<std::int64_t> monotonic_ns_{0};
};

}  // namespace tomograph
