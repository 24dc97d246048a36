#pragma once

#include <string_view>

#include "base/result.h"
#include "model/graph_series.h"

namespace tomograph {

/// Reads an EntitySelectorExpression of GetTimeSeriesServiceStatistics.
///
///   service("cart")    id(name: "cart", type: "AWS::EC2::Instance")    edge("web", "cart")
///
/// text    UTF-8, 1 to selector_characters_max. OR joins several (ours)
/// errors  invalid  "Invalid selector expression at position 9: …"; in characters, from 1
Result<GraphSelection> parse_selector(std::string_view text);

}  // namespace tomograph
