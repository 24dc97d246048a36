#pragma once

#include "store/engine/search/group_tally.h"
#include "store/engine/search/run_counter.h"

namespace tomograph {

/// Counts the spans, or traces, of runs into a table of groups, from the columns of the subject,
/// the flags and the durations.
class GroupCounter final : public RunCounter {
 public:
    /// Whether columns tell of what the query groups by.
    static bool can_count(const GroupQuery& query);

    /// query, tally  borrowed
    GroupCounter(const GroupQuery& query, GroupTally& tally) : query_(query), tally_(tally) {}

    Result<std::shared_ptr<const RunCounts>> count(GroupReader& group,
                                                   const column::Bitmap& rows) const override;
    void add(const RunCounts& counts) override;
    std::uint64_t bytes() const override { return tally_.bytes(); }

 private:
    const GroupQuery& query_;
    GroupTally& tally_;
};

}  // namespace tomograph
