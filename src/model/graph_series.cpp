#include "model/graph_series.h"

#include <algorithm>

namespace tomograph {

bool NodeSelector::matches(const ServiceKey& service) const {
    return (!name || *name == service.name) && (!type || *type == service.type) &&
           (!account || *account == service.account_id);
}

bool GraphSelection::matches(GraphEntry entry, const ServiceKey& source,
                             const ServiceKey& target) const {
    if (entry == GraphEntry::node)
        return std::ranges::any_of(nodes,
                                   [&](const NodeSelector& node) { return node.matches(target); });
    return entry == GraphEntry::edge && std::ranges::any_of(edges, [&](const EdgeSelector& edge) {
               return edge.source.matches(source) && edge.target.matches(target);
           });
}

void GraphSeries::add(const GraphSeries& other) {
    for (const auto& [minute, statistics] : other.points) points[minute].add(statistics);
}

std::int64_t period_of(std::int64_t minute, std::int64_t period) {
    const std::int64_t past = minute % period;
    return minute - (past < 0 ? past + period : past);
}

GraphSeries series_of(const GraphRollup& graph, const GraphSelection& selection,
                      std::int64_t period, std::int64_t first) {
    GraphSeries series;
    for (const auto& [key, cell] : graph.cells)
        if (selection.matches(key.entry, key.source, key.target))
            series.points[period_of(std::max(key.minute, first), period)].add(cell.statistics);
    return series;
}

}  // namespace tomograph
