#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "store/engine/store_core.h"

namespace tomograph {

/// What to merge into what.
struct MergePlan {
    std::vector<std::shared_ptr<LivePart>> inputs;
    ManifestPart output;  ///< facts come with the result
    /// Given: of one input, and its documents become summaries, but those of these traces.
    std::shared_ptr<const std::set<TraceId>> whole;
};

/// Joins small parts of one level and one day into one of the next level; writes old parts again
/// with less.
///
///   plan()     thread that maintains the store: picks the oldest group that is worth it
///   write()    any thread: takes long, touches nothing but the new file
///   publish()  thread that maintains the store
class Merger {
 public:
    Merger(StoreCore& core, Publisher& publisher) : core_(core), publisher_(publisher) {}

    /// Nothing to do, or the disk is short: none.
    std::optional<MergePlan> plan();

    /// The part with summaries for documents, but those of pinned traces; none when the disk is
    /// short, and as long after the last as that took: a backlog gets half of a core.
    std::optional<MergePlan> plan_summary(std::shared_ptr<LivePart> part);

    /// Parts of one day, the smallest first, whatever their level and size; none when every day has
    /// one part. errors: limit, the disk has no room for the next step
    Result<std::optional<MergePlan>> plan_compaction();

    /// The finished part under its final name; on failure nothing of it is left.
    Result<std::shared_ptr<LivePart>> write(const MergePlan& plan) const;

    /// errors: as Publisher::publish
    Result<void> publish(const MergePlan& plan, Result<std::shared_ptr<LivePart>> written);

 private:
    bool is_paused() const;
    void count(const MergePlan& plan, const LivePart& written);
    MergePlan plan_of(std::vector<std::shared_ptr<LivePart>> inputs, std::uint32_t level);
    bool disk_has_room(const std::vector<std::shared_ptr<LivePart>>& inputs) const;
    Result<std::shared_ptr<LivePart>> write_part(const MergePlan& plan,
                                                 const std::string& temporary) const;

    StoreCore& core_;
    Publisher& publisher_;
    Duration not_before_;  ///< after a failure, wait
    Duration summary_began_;
    Duration summary_not_before_;
};

}  // namespace tomograph
