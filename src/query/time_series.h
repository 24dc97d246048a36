#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "query/expected_band.h"
#include "query/service_graph.h"

namespace tomograph {

/// GetTimeSeriesServiceStatistics (xray-api.md §3.3).
struct TimeSeriesRequest {
    Instant start;
    Instant end;
    std::string group_name{};  ///< "" and "Default" are every trace
    std::string group_arn{};
    std::string selector{};  ///< "": what clients called; see parse_series_subject()
    std::int64_t period_seconds = 60;
    bool with_forecast = false;  ///< needs a selector that names services, and nothing else
    std::string next_token{};
};

/// One period in which something was asked; periods begin at multiples of their length.
struct TimeSeriesPoint {
    std::int64_t start_second = 0;
    ServiceStatistics statistics;
    ServiceHistogram response_times;
    std::optional<ExpectedBand> expected_faults{};  ///< where the past tells enough
    bool operator==(const TimeSeriesPoint&) const = default;
};

struct TimeSeriesAnswer {
    std::vector<TimeSeriesPoint> points;  ///< ascending, at most series_page_points
    bool is_of_edges = true;              ///< calls as the callers saw them, else services
    bool contains_old_group_versions = false;
    std::string next_token;  ///< "" at the end
};

/// Sums over the selected nodes and edges together, by the minutes that the range touches.
///
/// errors  invalid  a member breaks a rule, or there is no such group
///         limit    a filter instead of a selector reads too much
///         those of TraceStore::graph_series
/// cost    no span is read, but for a filter: six hours by the minute, read before, below 3 ms; the
///         first time 30 ms
Result<TimeSeriesAnswer> get_time_series(const QueryContext& context,
                                         const TimeSeriesRequest& request);

}  // namespace tomograph
