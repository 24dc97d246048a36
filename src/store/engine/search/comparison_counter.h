#pragma once

#include "store/engine/search/comparison_tally.h"
#include "store/engine/search/run_counter.h"

namespace tomograph {

/// Counts in how many traces of each side the values of many subjects stand, from the columns of
/// those subjects. Each column is read once, whatever the number of sides.
class ComparisonCounter final : public RunCounter {
 public:
    /// Whether columns tell of the subject.
    static bool can_count(const Subject& subject);

    /// query, tally  borrowed; columns tell of every subject
    ComparisonCounter(const ComparisonQuery& query, ComparisonTally& tally)
        : query_(query), tally_(tally) {}

    Result<std::shared_ptr<const RunCounts>> count(GroupReader& group,
                                                   const column::Bitmap& rows) const override;
    void add(const RunCounts& counts) override;
    std::uint64_t bytes() const override { return tally_.bytes(); }

 private:
    const ComparisonQuery& query_;
    ComparisonTally& tally_;
};

}  // namespace tomograph
