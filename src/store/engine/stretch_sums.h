#pragma once

#include "store/engine/graph_source.h"
#include "store/engine/graph_sum.h"
#include "store/engine/store_core.h"

namespace tomograph {

/// Adds what the sources have of the minutes to `sum`, of one group and without telling minutes
/// apart, from sums of stretches that were kept: a range costs its number of stretches, not its
/// minutes. A sum that misses only new sources is completed; any other change of the parts there
/// makes it anew. What it adds is the same to the last bit as the cells themselves.
///
/// errors  io
/// cost    six hours of 368 nodes and edges with 440 buckets each: 2.1 ms, most of it adding a
/// dozen
///         sums up; what is not kept is decoded, 7 ns a bucket (engine_bench, graph)
Result<void> add_stretches(StoreCore& core, const std::vector<GraphSource>& sources,
                           const MinuteStretch& minutes, GroupId group, GraphSum& sum);

}  // namespace tomograph
