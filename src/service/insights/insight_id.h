#pragma once

#include <string>
#include <string_view>

#include "catalog/insight_records.h"

namespace tomograph {

/// The UUID (version 5) of an insight: of the group, the kind, the root cause that it began with
/// and the minute. Who evaluates the same past again finds the same insight.
std::string make_insight_id(const StoredInsight& insight);

/// As the API model has it: a UUID of version 1 to 5, in either case.
bool is_insight_id(std::string_view text);

}  // namespace tomograph
