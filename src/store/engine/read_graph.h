#pragma once

#include "store/engine/store_core.h"
#include "store/trace_store.h"

namespace tomograph {

struct GraphRead {
    TimeRange range;
    GraphGrain grain = GraphGrain::minute;
    GroupId group{};
};
/// TraceStore::graph: the sum of parts, rollups and open traces. errors: io
Result<GraphRollup> read_graph(StoreCore& core, const GraphRead& read);
/// TraceStore::graph_series. errors: io
Result<GraphSeries> read_graph_series(StoreCore& core, const GraphSeriesQuery& query);

}  // namespace tomograph
