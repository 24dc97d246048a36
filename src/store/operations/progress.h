#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace tomograph {

/// How far a long operation on a store is. The total may grow while it runs.
struct StoreProgress {
    std::uint64_t done_bytes = 0;
    std::uint64_t total_bytes = 0;
};

/// Called often, from the thread that runs the operation. Answers false to end it: the operation
/// then fails with `cancelled` and leaves nothing behind.
using StoreProgressCall = std::function<bool(const StoreProgress&)>;

/// Says yes to everything.
inline bool ignore_progress(const StoreProgress&) { return true; }

}  // namespace tomograph
