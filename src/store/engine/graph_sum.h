#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "store/part/minute_stretch.h"
#include "store/part/rollup_sum.h"

namespace tomograph {

/// Adds tables up as they come, without ever holding many.
class GraphSum {
 public:
    explicit GraphSum(const RollupSumOptions& options) : options_(options) {}

    /// Adds the cells of those minutes; with a selection, which outlives it, only those.
    void add(std::shared_ptr<const RollupTable> table, const MinuteStretch& minutes,
             const GraphSelection* selection = nullptr);
    /// Sums up what is held, so that one table is left.
    void settle();

    bool is_empty() const { return slices_.empty(); }
    std::size_t bytes() const { return bytes_; }
    /// The sum; what comes next starts a new one.
    RollupTable take();

 private:
    RollupTable sum(NothingRows nothing);

    RollupSumOptions options_;
    std::vector<RollupSlice> slices_;
    std::vector<std::shared_ptr<const RollupTable>> tables_;
    std::size_t bytes_ = 0;
};

}  // namespace tomograph
