#pragma once

#include <span>

#include "model/graph.h"
#include "trace/trace.h"

namespace tomograph {

/// Type of the node that stands for whoever calls an entry service; its name is that service's.
inline constexpr std::string_view client_type = "client";

/// What one trace contributes to the service graph (service-graph.md §2 and §3): a node cell per
/// service and minute, an edge cell per call, a client node and edge for each entry service, links
/// between segments of the trace. In-progress entities make nodes and edges present but are not
/// counted.
GraphRollup graph_of_trace(const Trace& trace);
/// The same, added to `graph` cell by cell: a sum over many traces needs no graph of each.
void add_graph_of_trace(GraphRollup& graph, const Trace& trace);

/// The link edges from segments of these traces to segments of *other* ones among them. They need
/// both traces at hand, so a rollup of single traces does not have them.
GraphRollup links_between(std::span<const Trace> traces);

}  // namespace tomograph
