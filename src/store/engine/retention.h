#pragma once

#include <functional>

#include "store/engine/rollup_folder.h"
#include "store/engine/store_core.h"

namespace tomograph {

/// Removes the oldest parts: by age, and by the bytes that all parts may take. Their sums stay
/// (rollup_folder.h). For the thread that maintains the store.
class Retention {
 public:
    Retention(StoreCore& core, Publisher& publisher)
        : core_(core),
          folder_(core, publisher),
          wall_(core.clock.now()),
          mono_(core.clock.monotonic()) {}

    /// Does its work when it is time for it. Parts that reach above the floor of the log wait, else
    /// the replay would bring their documents back.
    ///
    /// floor   of the log, asked for when there is work
    /// errors  as Publisher::publish
    Result<void> run(const std::function<Lsn()>& floor);

 private:
    /// Whether the wall clock has run as the monotonic one does: a wrong date must not delete
    /// everything.
    bool clock_is_believable();
    /// How many of the parts went.
    Result<std::size_t> drop(std::vector<std::shared_ptr<LivePart>> parts, Lsn floor, bool ages);
    std::vector<std::shared_ptr<LivePart>> over_age(const PartSnapshot& parts) const;
    std::vector<std::shared_ptr<LivePart>> over_budget(const PartSnapshot& parts) const;

    StoreCore& core_;
    RollupFolder folder_;
    Instant wall_;
    Duration mono_;
    Duration hold_until_;
    Duration next_;
};

}  // namespace tomograph
