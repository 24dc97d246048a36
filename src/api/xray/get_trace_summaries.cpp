#include <algorithm>

#include "api/json_request.h"
#include "api/json_writer.h"
#include "api/xray/call.h"
#include "api/xray/summary_json.h"
#include "query/trace_summaries.h"
#include "service/transaction_search/transaction_search.h"

namespace tomograph {

namespace {

TimeRangeType read_range_type(JsonRequest& json) {
    const std::string type = json.text("TimeRangeType").value_or("TraceId");
    if (type == "Event") return TimeRangeType::event;
    if (type == "Service") return TimeRangeType::service;
    if (type != "TraceId") json.refuse_value("TimeRangeType", "must be TraceId, Event or Service");
    return TimeRangeType::trace_id;
}

/// Sampling allows a subset, and only FixedRate asks for one of a certain size: everything else is
/// answered with all traces.
std::optional<double> read_fixed_rate(JsonRequest& json) {
    const bool is_allowed = json.boolean("Sampling").value_or(true);
    auto strategy = json.object("SamplingStrategy");
    if (!strategy) return std::nullopt;
    const std::string name = strategy->text("Name").value_or("");
    const auto value = strategy->number("Value");
    if (name != "" && name != "PartialScan" && name != "FixedRate")
        strategy->refuse_value("Name", "must be PartialScan or FixedRate");
    return is_allowed && name == "FixedRate" ? value : std::nullopt;
}

/// Transaction Search may list a share of the traces only.
void narrow(TraceSummariesRequest& request, const TransactionSearch* search) {
    const double share = search == nullptr ? 1 : search->listed_share();
    if (share < 1) request.fixed_rate = std::min(request.fixed_rate.value_or(1), share);
}

std::string to_json(const TraceSummariesAnswer& answer, std::string_view account_id) {
    JsonWriter json;
    json.begin_object();
    json.begin_array("TraceSummaries");
    for (const MatchedSummary& matched : answer.summaries)
        write_trace_summary(json, matched.summary, matched.matched_event_time, account_id);
    json.end_array();
    json.whole_second("ApproximateTime", answer.approximate_time);
    json.integer("TracesProcessedCount", static_cast<std::int64_t>(answer.processed));
    if (!answer.next_token.empty()) json.text("NextToken", answer.next_token);
    json.end_object();
    return json.take();
}

}  // namespace

void answer_get_trace_summaries(const XrayContext& context, XrayCall call) {
    JsonRequest json(call.body);
    TraceSummariesRequest request;
    request.start = json.required_timestamp("StartTime");
    request.end = json.required_timestamp("EndTime");
    request.type = read_range_type(json);
    request.fixed_rate = read_fixed_rate(json);
    request.filter_expression = json.text("FilterExpression").value_or("");
    request.next_token = json.text("NextToken").value_or("");
    if (json.refusal()) return call.answer(*json.refusal());
    narrow(request, context.options.control.transaction_search);
    answer_from_worker(context, std::move(call),
                       [request = std::move(request), &account_id = context.options.account_id](
                           const QueryContext& query) -> Result<std::string> {
                           const auto answer = TRY(get_trace_summaries(query, request));
                           return to_json(answer, account_id);
                       });
}

}  // namespace tomograph
