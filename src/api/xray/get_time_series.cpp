#include "api/json_request.h"
#include "api/json_writer.h"
#include "api/xray/call.h"
#include "api/xray/graph_json.h"
#include "query/time_series.h"

namespace tomograph {

namespace {

std::string to_json(const TimeSeriesAnswer& answer) {
    JsonWriter json;
    json.begin_object();
    json.begin_array("TimeSeriesServiceStatistics");
    for (const TimeSeriesPoint& point : answer.points) {
        json.begin_object();
        json.whole_second("Timestamp", Instant::from_seconds(point.start_second));
        write_statistics(json,
                         answer.is_of_edges ? "EdgeSummaryStatistics" : "ServiceSummaryStatistics",
                         point.statistics);
        if (point.expected_faults) {
            json.begin_object("ServiceForecastStatistics");
            json.integer("FaultCountHigh", point.expected_faults->high);
            json.integer("FaultCountLow", point.expected_faults->low);
            json.end_object();
        }
        write_histogram(json, "ResponseTimeHistogram", point.response_times);
        json.end_object();
    }
    json.end_array();
    json.boolean("ContainsOldGroupVersions", answer.contains_old_group_versions);
    if (!answer.next_token.empty()) json.text("NextToken", answer.next_token);
    json.end_object();
    return json.take();
}

}  // namespace

void answer_get_time_series(const XrayContext& context, XrayCall call) {
    JsonRequest json(call.body);
    TimeSeriesRequest request;
    request.start = json.required_timestamp("StartTime");
    request.end = json.required_timestamp("EndTime");
    request.group_name = json.text("GroupName").value_or("");
    request.group_arn = json.text("GroupARN").value_or("");
    request.selector = json.text("EntitySelectorExpression").value_or("");
    request.period_seconds = json.integer("Period").value_or(60);
    request.next_token = json.text("NextToken").value_or("");
    request.with_forecast = json.boolean("ForecastStatistics").value_or(false);
    if (json.refusal()) return call.answer(*json.refusal());
    answer_from_worker(
        context, std::move(call),
        [request = std::move(request)](const QueryContext& query) -> Result<std::string> {
            const auto answer = TRY(get_time_series(query, request));
            return to_json(answer);
        });
}

}  // namespace tomograph
