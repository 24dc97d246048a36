#pragma once

#include "store/engine/store_core.h"

namespace tomograph {

/// Removes the oldest parts: by age, and by the bytes that all parts may take. For the thread that
/// maintains the store.
class Retention {
 public:
    Retention(StoreCore& core, Publisher& publisher)
        : core_(core),
          publisher_(publisher),
          wall_(core.clock.now()),
          mono_(core.clock.monotonic()) {}

    /// Does its work when it is time for it. errors: as Publisher::publish
    Result<void> run();

 private:
    /// Whether the wall clock has run as the monotonic one does: a wrong date must not delete
    /// everything.
    bool clock_is_believable();
    Result<void> drop(const std::vector<std::shared_ptr<LivePart>>& parts);
    std::vector<std::shared_ptr<LivePart>> over_age(const PartSnapshot& parts) const;
    std::vector<std::shared_ptr<LivePart>> over_budget(const PartSnapshot& parts) const;

    StoreCore& core_;
    Publisher& publisher_;
    Instant wall_;
    Duration mono_;
    Duration hold_until_;
    Duration next_;
};

}  // namespace tomograph
