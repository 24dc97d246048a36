#include "api/own/routes.h"

#include <algorithm>
#include <array>

namespace tomograph {
namespace {

constexpr std::array routes = {
    OwnRoute{"/api/v1/attributes", "ListAttributes", answer_attributes},
    OwnRoute{"/api/v1/attributes/values", "ListAttributeValues", answer_attribute_values},
    OwnRoute{"/api/v1/groups-by", "GroupBy", answer_groups_by},
    OwnRoute{"/api/v1/latency", "GetLatency", answer_latency},
    OwnRoute{"/api/v1/differences", "GetDifferences", answer_differences},
    OwnRoute{"/api/v1/search", "Search", answer_search},
    OwnRoute{"/api/v1/tail", "Tail", answer_tail},
    OwnRoute{"/api/v1/traces/{id}", "GetTraceColumns", answer_trace},
    OwnRoute{"/api/v1/traces/{id}/spans/{span}", "GetSpanDetails", answer_span},
    OwnRoute{"/api/v1/doctor/traces/{id}", "DiagnoseTrace", answer_trace_doctor},
    OwnRoute{"/api/v1/doctor/map", "DiagnoseMap", answer_map_doctor},
    OwnRoute{"/api/v1/telemetry", "ListTelemetry", answer_telemetry},
    OwnRoute{"/api/v1/groups/{name}/metrics", "GetGroupMetrics", answer_group_metrics},
    OwnRoute{"/api/v1/services/{name}/metrics", "GetServiceMetrics", answer_service_metrics},
    OwnRoute{"/api/v1/insights", "ListInsights", answer_insights},
    OwnRoute{"/api/v1/insights/{id}", "ReadInsight", answer_insight},
    OwnRoute{"/api/v1/sampling/match", "MatchSampling", answer_sampling_match, "POST"},
    OwnRoute{"/api/v1/sampling/simulation", "SimulateSampling", answer_sampling_simulation, "POST"},
    OwnRoute{"/api/v1/logs", "FindLogs", answer_logs},
    OwnRoute{"/api/v1/logs/tail", "TailLogs", answer_log_tail},
    OwnRoute{"/api/v1/traces/{id}/logs", "ListTraceLogs", answer_trace_logs},
    OwnRoute{"/api/v1/openapi.yaml", "GetOpenApi", answer_openapi},
};

/// The first segment of `path`, which is cut off it.
std::string_view take_segment(std::string_view& path) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view segment = path.substr(0, end);
    path.remove_prefix(std::min(end + 1, path.size()));
    return segment;
}

}  // namespace

std::span<const OwnRoute> own_routes() { return routes; }

bool fits_route(std::string_view pattern, std::string_view path, std::vector<std::string>& values) {
    if (std::count(pattern.begin(), pattern.end(), '/') !=
        std::count(path.begin(), path.end(), '/'))
        return false;
    while (!pattern.empty() || !path.empty()) {
        const std::string_view wanted = take_segment(pattern);
        const std::string_view given = take_segment(path);
        if (!wanted.starts_with('{')) {
            if (wanted != given) return false;
            continue;
        }
        const auto value = url_decoded(given);
        if (!value || value->empty()) return false;
        values.push_back(*value);
    }
    return true;
}

OwnMatch find_own_route(std::string_view path) {
    for (const OwnRoute& route : routes) {
        OwnMatch match{.route = &route, .values = {}};
        if (fits_route(route.path, path, match.values)) return match;
    }
    return {};
}

}  // namespace tomograph
