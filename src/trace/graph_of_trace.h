#pragma once

#include "model/graph.h"
#include "trace/trace.h"

namespace tomograph {

/// What one trace contributes to the service graph (service-graph.md §2 and §3): a node cell per service
/// and minute, an edge cell per call, a client node and edge for the root, links. In-progress entities make
/// nodes and edges present but are not counted.
GraphRollup graph_of_trace(const Trace& trace);

}  // namespace tomograph
