#pragma once

#include <optional>
#include <string_view>

#include "base/result.h"
#include "model/graph_series.h"
#include "model/predicate.h"

namespace tomograph {

class GroupFilters;

/// Reads an EntitySelectorExpression of GetTimeSeriesServiceStatistics.
///
///   service("cart")    id(name: "cart", type: "AWS::EC2::Instance")    edge("web", "cart")
///
/// text    UTF-8, 1 to selector_characters_max. OR joins several (ours)
/// errors  invalid  "Invalid selector expression at position 9: …"; in characters, from 1
Result<GraphSelection> parse_selector(std::string_view text);

/// What an EntitySelectorExpression means that may be a filter as well: Grafana puts the filter of
/// a group before a selector, with AND.
struct SeriesSubject {
    /// Nodes and edges whose statistics are wanted; none: what clients called.
    GraphSelection selection{};
    std::optional<Predicate> filter{};  ///< of these traces only; nothing: of all
};

/// Reads a selector, or a filter expression. Of the selectors that a filter joins with all of it by
/// AND, the last is the selection.
///
///   service("cart")                   as parse_selector()
///   fault AND service("cart")         the node, in traces with a fault that it is part of
///   service("cart") { fault }         what clients called, in traces where that service had a
///   fault
///
/// groups  as of compile_filter()
/// errors  invalid  those of parse_selector() and compile_filter()
Result<SeriesSubject> parse_series_subject(std::string_view text, const GroupFilters* groups,
                                           std::string_view own_account = {});

}  // namespace tomograph
