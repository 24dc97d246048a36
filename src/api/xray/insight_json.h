#pragma once

#include <string>

#include "api/json_writer.h"
#include "catalog/insight_records.h"

namespace tomograph {

/// The members of an Insight (xray-api.md §4), of the object that is open.
///
/// account_id  of services that name none
void write_insight(JsonWriter& json, const StoredInsight& insight, const std::string& account_id);

/// An InsightEvent.
void write_insight_event(JsonWriter& json, const InsightEvent& event,
                         const std::string& account_id);

/// The end of the last minute that was looked at.
Instant insight_update_time(const StoredInsight& insight);

}  // namespace tomograph
