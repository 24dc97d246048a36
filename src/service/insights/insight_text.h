#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "catalog/insight_records.h"

namespace tomograph {

/// Why an insight ends.
enum class InsightEnd {
    calm,          ///< everything is within its band again
    silent,        ///< nothing was asked any more
    usual,         ///< it has gone on for so long that it is what is expected
    joined,        ///< it has the root cause of another one
    switched_off,  ///< the group's insights were, or the group was deleted
};

/// What an insight says of itself: at least three sentences. The second, of which Grafana shows
/// only what stands before its first '.', has the figures and no names.
std::string summary_of(const StoredInsight& insight);

// Summaries of events, two sentences each.
std::string began_text(const StoredInsight& insight);
std::string moved_text(const StoredInsight& insight, const ServiceKey& before);
std::string spread_text(const StoredInsight& insight, const ServiceKey& to);
std::string changed_text(const StoredInsight& insight, bool is_worse);
std::string ended_text(const StoredInsight& insight, InsightEnd why);

/// "fault", "latency", "throughput"
std::string_view name_of(InsightKind kind);
std::optional<InsightKind> insight_kind_named(std::string_view name);

}  // namespace tomograph
