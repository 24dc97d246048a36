#include "api/xray/insight_json.h"

#include <algorithm>

#include "api/xray/service_json.h"
#include "service/insights/limits.h"

namespace tomograph {
namespace {

/// One of TopAnomalousServices.
void write_anomalous(JsonWriter& json, const ServiceKey& service, const std::string& account_id) {
    json.begin_object();
    json.begin_object("ServiceId");
    write_service_members(json, service, account_id);
    json.end_object();
    json.end_object();
}

void write_impact(JsonWriter& json, std::string_view member, const ImpactCounts& counts) {
    json.begin_object(member);
    json.integer("FaultCount", counts.fault);
    json.integer("OkCount", counts.ok);
    json.integer("TotalCount", counts.total);
    json.end_object();
}

void write_impacts(JsonWriter& json, const ImpactCounts& clients, const ImpactCounts& at_cause) {
    write_impact(json, "ClientRequestImpactStatistics", clients);
    write_impact(json, "RootCauseServiceRequestImpactStatistics", at_cause);
}

void write_minute(JsonWriter& json, std::string_view member, std::int64_t minute) {
    json.whole_second(member, Instant::from_seconds(minute * 60));
}

/// X-Ray has the first only.
std::string_view category_of(InsightKind kind) {
    switch (kind) {
        case InsightKind::fault:
            return "FAULT";
        case InsightKind::latency:
            return "LATENCY";
        case InsightKind::throughput:
            break;
    }
    return "THROUGHPUT";
}

}  // namespace

void write_insight(JsonWriter& json, const StoredInsight& insight, const std::string& account_id) {
    json.text("InsightId", insight.id);
    json.text("GroupARN", insight.group_arn);
    json.text("GroupName", insight.group_name);
    json.begin_object("RootCauseServiceId");
    write_service_members(json, insight.root_cause, account_id);
    json.end_object();
    json.begin_array("Categories");
    json.text(category_of(insight.kind));
    json.end_array();
    json.text("State", insight.is_active() ? "ACTIVE" : "CLOSED");
    write_minute(json, "StartTime", insight.start_minute);
    if (!insight.is_active()) write_minute(json, "EndTime", *insight.end_minute);
    json.text("Summary", insight.summary);
    write_impacts(json, insight.clients, insight.at_cause);
    json.begin_array("TopAnomalousServices");
    for (std::size_t i = 0; i < std::min(insight.services.size(), insight_top_services); ++i)
        write_anomalous(json, insight.services[i].service, account_id);
    json.end_array();
}

void write_insight_event(JsonWriter& json, const InsightEvent& event,
                         const std::string& account_id) {
    json.begin_object();
    json.text("Summary", event.summary);
    write_minute(json, "EventTime", event.minute + 1);
    write_impacts(json, event.clients, event.at_cause);
    json.begin_array("TopAnomalousServices");
    for (const ServiceKey& service : event.top_services) write_anomalous(json, service, account_id);
    json.end_array();
    json.end_object();
}

Instant insight_update_time(const StoredInsight& insight) {
    return Instant::from_seconds((insight.updated_minute + 1) * 60);
}

}  // namespace tomograph
