#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "store/engine/reevaluator.h"
#include "store/engine/store_core.h"

namespace tomograph {

/// What to merge into what.
struct MergePlan {
    std::vector<std::shared_ptr<LivePart>> inputs;
    ManifestPart output;  ///< facts come with the result
    /// Given: of one input, and its documents become summaries, but those of these traces.
    std::shared_ptr<const std::set<TraceId>> whole;
    /// Given: of one input, whose sums get what the order says.
    std::optional<PartOrder> order{};

    /// Not to have fewer parts, but another one for what is there.
    bool is_rewrite() const { return whole || order; }
};

/// Joins small parts of one level and one day into one of the next level; writes old parts again
/// with less.
///
///   plan()     thread that maintains the store: picks the oldest group that is worth it
///   write()    any thread: takes long, touches nothing but the new file
///   publish()  thread that maintains the store
class Merger {
 public:
    /// Parts that the re-evaluator holds are left alone. All outlive it.
    Merger(StoreCore& core, Publisher& publisher, const Reevaluator& reevaluator)
        : core_(core), publisher_(publisher), reevaluator_(reevaluator) {}

    /// Nothing to do, or the disk is short: none.
    std::optional<MergePlan> plan();

    /// The part with summaries for documents, but those of pinned traces; none when the disk is
    /// short, and as long after the last as that took: a backlog gets half of a core.
    std::optional<MergePlan> plan_summary(std::shared_ptr<LivePart> part);

    /// The part with the sums of the order; none as plan_summary(), in the same turns.
    std::optional<MergePlan> plan_reevaluation(std::shared_ptr<LivePart> part, PartOrder order);
    bool has_room_for(const std::shared_ptr<LivePart>& part) const {
        return !core_.disk_is_low && disk_has_room({part});
    }

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
    /// Of one part that is written again, if it is its turn.
    std::optional<MergePlan> plan_rewrite(std::shared_ptr<LivePart> part);
    MergePlan plan_of(std::vector<std::shared_ptr<LivePart>> inputs, std::uint32_t level);
    bool disk_has_room(const std::vector<std::shared_ptr<LivePart>>& inputs) const;
    Result<std::shared_ptr<LivePart>> write_part(const MergePlan& plan,
                                                 const std::string& temporary) const;

    StoreCore& core_;
    Publisher& publisher_;
    const Reevaluator& reevaluator_;
    Duration not_before_;  ///< after a failure, wait
    Duration rewrite_began_;
    Duration rewrite_not_before_;
};

}  // namespace tomograph
