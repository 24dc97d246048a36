#pragma once

#include <vector>

#include "query/graph_sums.h"
#include "query/service_graph.h"

namespace tomograph {

/// Counts as an answer shows them.
ServiceStatistics statistics_of(const RequestStatistics& counted);

/// The nodes of a graph with their edges, by name, type and account; reference ids count from 0.
/// Each root service has a client node of its own, before it.
std::vector<ServiceNode> services_of(const GraphSums& graph);

}  // namespace tomograph
