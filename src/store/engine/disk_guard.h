#pragma once

#include "store/engine/store_core.h"

namespace tomograph {

/// Watches the free space: warns at 85 %, and has appends refused before the last of it is used, so
/// that reads, deletion and retention go on. Recovers by itself. For the thread that maintains the
/// store.
class DiskGuard {
 public:
    explicit DiskGuard(StoreCore& core) : core_(core) {}

    /// Looks when it is time for it.
    void check();

 private:
    StoreCore& core_;
    Duration next_;
    bool has_warned_ = false;
};

}  // namespace tomograph
