#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <vector>

#include "model/graph_series.h"

namespace tomograph {

struct RollupKey;

/// Minutes in a row, both ends included.
struct MinuteStretch {
    std::int64_t first = 0;
    std::int64_t last = 0;

    auto operator<=>(const MinuteStretch&) const = default;
};

/// Which sums of a rollup are wanted.
struct StretchRead {
    std::vector<MinuteStretch> stretches;       ///< ascending, apart
    std::optional<GroupId> group{};             ///< only its cells; nothing: those of every group
    const GraphSelection* selection = nullptr;  ///< only its cells; null: all. Outlives the read

    bool wants(const RollupKey& key) const;
};

}  // namespace tomograph
