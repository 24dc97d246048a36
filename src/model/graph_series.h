#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/graph.h"

namespace tomograph {

/// Which nodes of a graph are meant; what is absent matches anything.
struct NodeSelector {
    std::optional<std::string> name;
    std::optional<std::string> type;
    std::optional<std::string> account;

    bool is_any() const { return !name && !type && !account; }
    bool matches(const ServiceKey& service) const;
    auto operator<=>(const NodeSelector&) const = default;
};

struct EdgeSelector {
    NodeSelector source;
    NodeSelector target;

    auto operator<=>(const EdgeSelector&) const = default;
};

/// The nodes and edges whose statistics are wanted, together: of `service("a") OR edge("b", "c")`
/// one node and one edge. Links are not calls: none is ever selected.
struct GraphSelection {
    std::vector<NodeSelector> nodes{};
    std::vector<EdgeSelector> edges{};

    bool matches(GraphEntry entry, const ServiceKey& source, const ServiceKey& target) const;
    auto operator<=>(const GraphSelection&) const = default;
};

/// What a selection counted, by the first minute of each period that has anything. Periods begin at
/// multiples of their length since the epoch.
struct GraphSeries {
    std::map<std::int64_t, RequestStatistics> points;

    void add(const GraphSeries& other);
    bool operator==(const GraphSeries&) const = default;
};

/// The first minute of the `period` minutes that hold `minute`.
std::int64_t period_of(std::int64_t minute, std::int64_t period);

/// Adds up the selected cells of a graph by the minute. What stands under an earlier minute than
/// `first` counts in that one: coarse sums of old data may begin before a range.
GraphSeries series_of(const GraphRollup& graph, const GraphSelection& selection,
                      std::int64_t period, std::int64_t first);

}  // namespace tomograph
