#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "base/worker_pool.h"
#include "store/engine/store_core.h"

namespace tomograph {

/// Reads a part a minute from end to end, the one that waited longest, so that damage is known
/// before somebody needs the block. On a thread of its own that gives way to every other; without
/// `background` in tick(). tick(): the thread that maintains the store.
class Scrubber {
 public:
    explicit Scrubber(StoreCore& core);

    void tick();

 private:
    std::shared_ptr<LivePart> next();
    void check(const LivePart& part);

    StoreCore& core_;
    Duration last_;
    std::uint64_t last_id_ = 0;
    std::atomic<bool> is_busy_{false};
    std::unique_ptr<WorkerPool> thread_;  ///< last: joins before what its task uses goes away
};

}  // namespace tomograph
