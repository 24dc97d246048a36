#pragma once

#include "store/engine/graph_source.h"
#include "store/engine/graph_sum.h"
#include "store/engine/store_core.h"

namespace tomograph {

struct SeriesShape {
    GroupId group{};
    std::shared_ptr<const GraphSelection> selection{};
    std::int64_t row_minutes = 1;
};

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

/// The same of the selected cells, which become one key: a row for every `row_minutes`, a divisor
/// of 60, or less.
///
/// cost    360 minutes that were kept: 0.3 to 2 ms. What is not kept is decoded, and what nobody
///         selected is passed over: a first read of one service takes 20 ms where the whole graph
///         takes 65 (engine_bench, series and graph; W1 of 10 million spans)
Result<void> add_series(StoreCore& core, const std::vector<GraphSource>& sources,
                        const MinuteStretch& minutes, const SeriesShape& shape, GraphSum& sum);

}  // namespace tomograph
