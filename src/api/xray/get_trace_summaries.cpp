#include <algorithm>
#include <memory>

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

/// Of the cache, or written; then kept for the next time.
std::string_view text_of(const QueryContext& query, MatchedSummary& matched) {
    if (!matched.text) {
        matched.text = std::make_shared<const std::string>(
            summary_text(matched.summary, matched.matched_event_time, query.account_id));
        if (query.summaries != nullptr && matched.stamp != 0)
            query.summaries->put(matched.summary.id, matched.stamp, matched.text);
    }
    return *matched.text;
}

/// The rows are put in as they are: through a writer 5 MB of them would take 5 ms.
std::string to_json(const QueryContext& query, TraceSummariesAnswer answer) {
    constexpr std::string_view rows = R"({"TraceSummaries":[)";
    JsonWriter json;
    json.begin_object();
    json.whole_second("ApproximateTime", answer.approximate_time);
    json.integer("TracesProcessedCount", static_cast<std::int64_t>(answer.processed));
    if (!answer.next_token.empty()) json.text("NextToken", answer.next_token);
    json.end_object();
    const std::string others = json.take();
    std::size_t bytes = rows.size() + others.size() + 1;
    for (MatchedSummary& matched : answer.summaries) bytes += text_of(query, matched).size() + 1;
    std::string text;
    text.reserve(bytes);
    text += rows;
    for (MatchedSummary& matched : answer.summaries) text.append(text_of(query, matched)) += ',';
    if (!answer.summaries.empty()) text.pop_back();
    text.append("],").append(others, 1);
    return text;
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
    answer_from_worker(
        context, std::move(call),
        [request = std::move(request)](const QueryContext& query) -> Result<std::string> {
            auto answer = TRY(get_trace_summaries(query, request));
            return to_json(query, std::move(answer));
        });
}

}  // namespace tomograph
