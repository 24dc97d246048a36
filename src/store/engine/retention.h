#pragma once

#include <functional>

#include "store/engine/clock_watch.h"
#include "store/engine/retention_plan.h"
#include "store/engine/rollup_folder.h"
#include "store/engine/store_core.h"

namespace tomograph {

/// Removes parts: by the age of their class, and by the bytes that all parts may take. Their sums
/// stay (rollup_folder.h), and so do pinned traces. For the thread that maintains the store.
class Retention {
 public:
    Retention(StoreCore& core, Publisher& publisher)
        : core_(core), publisher_(publisher), folder_(core, publisher), clock_watch_(core.clock) {}

    /// Does its work when it is time for it. Parts that reach above the floor of the log wait, else
    /// the replay would bring their documents back.
    ///
    /// floor   of the log, asked for when there is work
    /// errors  as Publisher::publish
    Result<void> run(const std::function<Lsn()>& floor);

    /// As of the last run().
    bool trusts_clock() const { return clock_watch_.is_trusted(); }
    RetentionAges ages() const;

    /// Policies, what is there by day and class, when it goes, when the room ends.
    RetentionReport report() const;

    /// Traces were pinned or unpinned: those whose time is over and that nobody pins any more go.
    void pins_changed() { pins_changed_ = true; }

 private:
    using LiveParts = std::vector<std::shared_ptr<LivePart>>;

    /// How many of the parts went.
    Result<std::size_t> drop(LiveParts parts, Lsn floor, bool ages);
    LiveParts over_age(const PartSnapshot& parts) const;
    LiveParts over_budget(const PartSnapshot& parts) const;
    /// Parts of pinned traces that hold one which nobody pins any more.
    Result<LiveParts> unpinned(const PartSnapshot& parts) const;
    void set_forecast();

    StoreCore& core_;
    Publisher& publisher_;
    RollupFolder folder_;
    ClockWatch clock_watch_;
    Duration next_;
    bool pins_changed_ = true;
};

}  // namespace tomograph
