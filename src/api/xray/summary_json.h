#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/json_writer.h"
#include "trace/summary.h"

namespace tomograph {

/// Writes one TraceSummary (xray-api.md §4): collections stand even when empty, absent values do
/// not.
///
/// matched_event_time  the member of that name, for ranges of type Event
/// account_id          of services that name none
void write_trace_summary(JsonWriter& json, const TraceSummary& summary,
                         std::optional<Instant> matched_event_time, std::string_view account_id);

/// The same as a text.
std::string summary_text(const TraceSummary& summary, std::optional<Instant> matched_event_time,
                         std::string_view account_id);

}  // namespace tomograph
