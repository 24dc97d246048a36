#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>

#include "model/graph_series.h"
#include "store/part/row_sum.h"

namespace tomograph {

/// Some minutes of a table, both included.
struct RollupSlice {
    const RollupTable* table = nullptr;
    std::int64_t first = std::numeric_limits<std::int64_t>::min();
    std::int64_t last = std::numeric_limits<std::int64_t>::max();
    const GraphSelection* selection = nullptr;  ///< only rows of its keys; null: of all
};

/// All minutes under minute 0.
inline constexpr std::int64_t grain_whole = 0;

struct RollupSumOptions {
    std::int64_t grain = 1;          ///< minutes that become one, under the first; or grain_whole
    std::optional<GroupId> group{};  ///< only its cells; nothing: those of every group
    NothingRows nothing = NothingRows::drop;
    /// All keys are one, that of the group alone: `group` is given.
    bool is_one_key = false;
    /// Rows under earlier minutes count as its: coarse ones may begin before a range. Not of
    /// grain_whole.
    std::int64_t minute_first = std::numeric_limits<std::int64_t>::min();
};

/// The sum of the slices. Sums may be summed again, in any order and as often as one likes: that
/// of all comes out the same, if they kept the rows that are nothing.
///
/// cost   about 2 ns a bucket: key by key into one dense histogram
RollupTable sum_rollups(std::span<const RollupSlice> slices, const RollupSumOptions& options);

/// The first minute of the `grain` minutes that hold `minute`.
std::int64_t align_minute(std::int64_t minute, std::int64_t grain);

}  // namespace tomograph
