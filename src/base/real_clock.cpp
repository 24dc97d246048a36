#include <ctime>

#include "base/clock.h"

namespace tomograph {
namespace {

std::int64_t read_clock(clockid_t id) {
    timespec t{};
    clock_gettime(id, &t);
    return static_cast<std::int64_t>(t.tv_sec) * 1'000'000'000 + t.tv_nsec;
}

}  // namespace

Instant RealClock::now() const { return {read_clock(CLOCK_REALTIME)}; }

Duration RealClock::monotonic() const { return {read_clock(CLOCK_MONOTONIC)}; }

}  // namespace tomograph
