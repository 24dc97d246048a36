#include "query/graph_sums.h"

#include <algorithm>
#include <tuple>
#include <vector>

#include "query/limits.h"
#include "trace/aws_service_name.h"

namespace tomograph {
namespace {

const ServiceKey folded_node{.name = "other", .type = "remote", .account_id = ""};

void add(GraphSum& sum, const GraphSum& other) {
    sum.cell.add(other.cell);
    for (const std::string& alias : other.aliases)
        if (sum.aliases.size() < edge_aliases_max) sum.aliases.insert(alias);
}

/// A service known only from an edge: it was at work then, and not counted in the range. A queue
/// that is known from its receivers alone sent nothing itself.
void ensure_node(GraphSums& graph, const ServiceKey& service, const GraphCell& edge) {
    const auto [place, is_new] = graph.nodes.try_emplace(service);
    if (!is_new) return;
    place->second.cell.presence = 1;
    const bool only_receives = service.type == queue_type || service.type == folded_node.type;
    place->second.cell.inferred = only_receives ? 1 : 0;
    place->second.cell.first_start = edge.first_start;
    place->second.cell.last_end = edge.last_end;
}

}  // namespace

GraphSums sum_minutes(const GraphRollup& rollup) {
    GraphSums graph;
    for (const auto& [key, cell] : rollup.cells) {
        GraphSum& sum = key.entry == GraphEntry::node
                            ? graph.nodes[key.target]
                            : graph.edges[{key.source, key.target, key.entry == GraphEntry::link}];
        sum.cell.add(cell);
        if (!cell.alias.empty() && sum.aliases.size() < edge_aliases_max)
            sum.aliases.insert(cell.alias);
    }
    // A program that knew less of links may have counted what is taken back now.
    std::erase_if(graph.edges, [](const auto& edge) {
        return edge.first.is_link && edge.second.cell.presence <= 0;
    });
    for (const auto& [key, sum] : graph.edges) {
        ensure_node(graph, key.source, sum.cell);
        ensure_node(graph, key.target, sum.cell);
    }
    return graph;
}

void fold_remote_nodes(GraphSums& graph, std::size_t nodes_max) {
    if (graph.nodes.size() <= nodes_max) return;
    std::vector<std::pair<std::int64_t, const ServiceKey*>> candidates;
    for (const auto& [key, sum] : graph.nodes)
        if (key.type == "remote" && sum.cell.inferred > 0 && key != folded_node)
            candidates.emplace_back(sum.cell.presence, &key);
    // One more goes than is over: `other` takes a place too.
    const std::size_t wanted = graph.nodes.size() - nodes_max + 1;
    std::sort(candidates.begin(), candidates.end(), [](const auto& a, const auto& b) {
        return std::tie(a.first, *a.second) < std::tie(b.first, *b.second);
    });
    candidates.resize(std::min(candidates.size(), wanted));
    if (candidates.size() < 2) return;  // one for one would gain nothing

    std::set<ServiceKey> folded;
    for (const auto& [presence, key] : candidates) folded.insert(*key);
    const auto shown = [&](const ServiceKey& key) {
        return folded.contains(key) ? folded_node : key;
    };
    GraphSums result;
    for (const auto& [key, sum] : graph.nodes) add(result.nodes[shown(key)], sum);
    for (const auto& [key, sum] : graph.edges)
        add(result.edges[{shown(key.source), shown(key.target), key.is_link}], sum);
    result.nodes_folded = graph.nodes_folded + folded.size();
    graph = std::move(result);
}

}  // namespace tomograph
