#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/service.h"

namespace tomograph {

/// Which nodes of a graph are meant; what is absent matches anything.
struct NodeSelector {
    std::optional<std::string> name;
    std::optional<std::string> type;
    std::optional<std::string> account;

    bool is_any() const { return !name && !type && !account; }
    bool matches(const ServiceKey& service) const;
    bool operator==(const NodeSelector&) const = default;
};

struct EdgeSelector {
    NodeSelector source;
    NodeSelector target;

    bool operator==(const EdgeSelector&) const = default;
};

/// The nodes and edges whose statistics are wanted, together: of `service("a") OR edge("b", "c")`
/// one node and one edge.
struct Selector {
    std::vector<NodeSelector> nodes;
    std::vector<EdgeSelector> edges;

    bool operator==(const Selector&) const = default;
};

/// Reads an EntitySelectorExpression of GetTimeSeriesServiceStatistics.
///
///   service("cart")    id(name: "cart", type: "AWS::EC2::Instance")    edge("web", "cart")
///
/// text    UTF-8, 1 to selector_characters_max. OR joins several (ours)
/// errors  invalid  "Invalid selector expression at position 9: …"; in characters, from 1
Result<Selector> parse_selector(std::string_view text);

}  // namespace tomograph
