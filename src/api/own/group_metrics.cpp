// /api/v1/groups/{name}/metrics: what X-Ray publishes of a group, minute by minute
#include <cmath>
#include <utility>

#include "api/own/own_call.h"
#include "query/time_series.h"

namespace tomograph {
namespace {

/// Below which that share of the counts lies, in seconds.
double percentile(const ServiceHistogram& histogram, double share) {
    std::int64_t total = 0;
    for (const HistogramEntry& entry : histogram) total += entry.count;
    const auto rank = static_cast<std::int64_t>(std::ceil(share * static_cast<double>(total)));
    std::int64_t seen = 0;
    for (const HistogramEntry& entry : histogram)
        if ((seen += entry.count) >= rank) return entry.value;
    return 0;
}

void write_point(JsonWriter& json, const TimeSeriesPoint& point) {
    const ServiceStatistics& counted = point.statistics;
    json.begin_object();
    json.whole_second("Time", Instant::from_seconds(point.start_second));
    json.integer("ApproximateTraceCount", counted.total());
    json.integer("OkCount", counted.ok);
    json.integer("ErrorCount", counted.other_error);
    json.integer("ThrottleCount", counted.throttle);
    json.integer("FaultCount", counted.fault);
    if (!point.response_times.empty()) {
        json.begin_object("Percentiles");
        json.number("P50", percentile(point.response_times, 0.5));
        json.number("P90", percentile(point.response_times, 0.9));
        json.number("P95", percentile(point.response_times, 0.95));
        json.number("P99", percentile(point.response_times, 0.99));
        json.number("Max", point.response_times.back().value);
        json.end_object();
    }
    json.end_object();
}

std::string to_json(const TimeSeriesRequest& request, const TimeSeriesAnswer& answer) {
    JsonWriter json;
    json.begin_object();
    json.text("GroupName", request.group_name);
    json.integer("Period", request.period_seconds);
    json.boolean("ContainsOldGroupVersions", answer.contains_old_group_versions);
    json.begin_array("Points");
    for (const TimeSeriesPoint& point : answer.points) write_point(json, point);
    json.end_array();
    if (!answer.next_token.empty()) json.text("NextToken", answer.next_token);
    json.end_object();
    return json.take();
}

}  // namespace

void answer_group_metrics(const OwnContext& context, OwnCall call) {
    TimeSeriesRequest request;
    request.group_name = call.path_values.at(0);
    request.end = call.query.timestamp("end").value_or(context.clock.now());
    request.start = call.query.timestamp("start").value_or(request.end - Duration::hours(1));
    request.period_seconds = call.query.integer("period", 60, 24 * 60 * 60).value_or(60);
    request.next_token = call.query.text("token").value_or("");
    if (!is_accepted(call)) return;
    answer_from_worker(context, std::move(call), [&context, request]() -> Result<std::string> {
        const TimeSeriesAnswer answer = TRY(get_time_series(context.query(), request));
        return to_json(request, answer);
    });
}

}  // namespace tomograph
