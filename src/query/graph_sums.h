#pragma once

#include <map>
#include <set>
#include <string>

#include "model/graph.h"

namespace tomograph {

/// A node or edge over all minutes of a rollup.
struct GraphSum {
    GraphCell cell;
    std::set<std::string> aliases;  ///< of an edge, at most edge_aliases_max
};

/// What makes an edge; calls come before links.
struct EdgeKey {
    ServiceKey source;
    ServiceKey target;
    bool is_link = false;

    auto operator<=>(const EdgeKey&) const = default;
};

/// A service graph without minutes. Every end of an edge has a node.
struct GraphSums {
    std::map<ServiceKey, GraphSum> nodes;
    std::map<EdgeKey, GraphSum> edges;
    std::uint64_t nodes_folded = 0;
};

/// Sums over the minutes. An edge near the end of a range may lead out of it: the service it leads
/// to is then there without numbers.
GraphSums sum_minutes(const GraphRollup& rollup);

/// Puts the least called inferred `remote` nodes together as `other` until at most `nodes_max`
/// nodes are left, as far as there are such nodes (service-graph.md §9).
void fold_remote_nodes(GraphSums& graph, std::size_t nodes_max);

}  // namespace tomograph
