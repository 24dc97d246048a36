// GetInsightSummaries, GetInsight, GetInsightEvents, GetInsightImpactGraph (xray-api.md §3.5)
#include "api/xray/control_call.h"
#include "api/xray/insight_json.h"
#include "api/xray/service_json.h"
#include "service/insights/insight_impact_graph.h"
#include "service/insights/insight_service.h"
#include "service/insights/limits.h"

namespace tomograph {
namespace {

std::string list_json(const InsightList& list, const std::string& account_id) {
    JsonWriter json;
    json.begin_object();
    json.begin_array("InsightSummaries");
    for (const StoredInsight& insight : list.insights) {
        json.begin_object();
        write_insight(json, insight, account_id);
        json.whole_second("LastUpdateTime", insight_update_time(insight));
        json.end_object();
    }
    json.end_array();
    if (!list.next_token.empty()) json.text("NextToken", list.next_token);
    json.end_object();
    return json.take();
}

std::string insight_json(const StoredInsight& insight, const std::string& account_id) {
    JsonWriter json;
    json.begin_object();
    json.begin_object("Insight");
    write_insight(json, insight, account_id);
    json.end_object();
    json.end_object();
    return json.take();
}

std::string events_json(const InsightEventList& list, const std::string& account_id) {
    JsonWriter json;
    json.begin_object();
    json.begin_array("InsightEvents");
    for (const InsightEvent& event : list.events) write_insight_event(json, event, account_id);
    json.end_array();
    if (!list.next_token.empty()) json.text("NextToken", list.next_token);
    json.end_object();
    return json.take();
}

std::string graph_json(const StoredInsight& insight, const ImpactGraphRequest& request,
                       const ServiceGraphAnswer& graph, const std::string& account_id) {
    JsonWriter json;
    json.begin_object();
    json.text("InsightId", insight.id);
    json.moment("StartTime", request.start);
    json.moment("EndTime", request.end);
    json.whole_second("ServiceGraphStartTime", Instant::from_seconds(graph.start_second));
    json.whole_second("ServiceGraphEndTime", Instant::from_seconds(graph.end_second));
    json.begin_array("Services");
    for (const ServiceNode& node : graph.services) {
        json.begin_object();
        json.integer("ReferenceId", node.reference_id);
        write_service_members(json, node.service,
                              node.is_client ? std::string_view() : std::string_view(account_id));
        json.begin_array("Edges");
        for (const ServiceEdge& edge : node.edges) {
            json.begin_object();
            json.integer("ReferenceId", edge.reference_id);
            json.end_object();
        }
        json.end_array();
        json.end_object();
    }
    json.end_array();
    if (!graph.next_token.empty()) json.text("NextToken", graph.next_token);
    json.end_object();
    return json.take();
}

/// 0 when absent.
std::int64_t read_limit(JsonRequest& json, std::int64_t limit_max) {
    const auto limit = json.integer("MaxResults");
    if (limit && (*limit < 1 || *limit > limit_max))
        json.refuse_value("MaxResults", "must be from 1 to " + std::to_string(limit_max));
    return limit.value_or(0);
}

std::string read_token(JsonRequest& json) {
    const auto token = json.text("NextToken");
    if (token && (token->empty() || token->size() > insight_token_bytes_max))
        json.refuse_value("NextToken", "must have 1 to " + std::to_string(insight_token_bytes_max) +
                                           " characters");
    return token.value_or("");
}

std::optional<bool> read_states(JsonRequest& json) {
    const std::vector<std::string> states = json.texts("States", 1);
    if (states.empty()) return std::nullopt;
    if (states.front() != "ACTIVE" && states.front() != "CLOSED")
        json.refuse_value("States", "may hold ACTIVE or CLOSED");
    return states.front() == "ACTIVE";
}

/// Only those that X-Ray knows: the others are on our own API.
Result<StoredInsight> get_fault(const InsightService& insights, const std::string& id) {
    StoredInsight insight = TRY(insights.get(id));
    if (insight.kind != InsightKind::fault) return Error(ErrorCode::invalid, "Insight not found");
    return insight;
}

}  // namespace

void answer_get_insight_summaries(const XrayContext& context, XrayCall call) {
    const InsightService* insights = context.options.control.insights;
    if (!is_there(insights, call)) return;
    JsonRequest json(call.body);
    InsightListRequest request;
    request.start = json.required_timestamp("StartTime");
    request.end = json.required_timestamp("EndTime");
    request.group = GroupKey{.name = json.text("GroupName").value_or(""),
                             .arn = json.text("GroupARN").value_or("")};
    request.kind = InsightKind::fault;
    request.is_active = read_states(json);
    request.limit = read_limit(json, insight_summaries_page_max);
    request.next_token = read_token(json);
    if (json.refusal()) return call.answer(*json.refusal());
    answer_from_worker(context, std::move(call),
                       [insights, request, &account_id = context.options.account_id](
                           const QueryContext& query) -> Result<std::string> {
                           const auto list = TRY(insights->list(query, request));
                           return list_json(list, account_id);
                       });
}

void answer_get_insight(const XrayContext& context, XrayCall call) {
    const InsightService* insights = context.options.control.insights;
    if (!is_there(insights, call)) return;
    JsonRequest json(call.body);
    const std::string id = json.required_text("InsightId");
    if (json.refusal()) return call.answer(*json.refusal());
    answer_from_worker(context, std::move(call),
                       [insights, id, &account_id = context.options.account_id](
                           const QueryContext&) -> Result<std::string> {
                           const auto insight = TRY(get_fault(*insights, id));
                           return insight_json(insight, account_id);
                       });
}

void answer_get_insight_events(const XrayContext& context, XrayCall call) {
    const InsightService* insights = context.options.control.insights;
    if (!is_there(insights, call)) return;
    JsonRequest json(call.body);
    InsightEventsRequest request;
    request.id = json.required_text("InsightId");
    request.limit = read_limit(json, insight_events_page_max);
    request.next_token = read_token(json);
    if (json.refusal()) return call.answer(*json.refusal());
    answer_from_worker(context, std::move(call),
                       [insights, request, &account_id = context.options.account_id](
                           const QueryContext& query) -> Result<std::string> {
                           TRY(get_fault(*insights, request.id));
                           const auto list = TRY(insights->events(query, request));
                           return events_json(list, account_id);
                       });
}

void answer_get_insight_impact_graph(const XrayContext& context, XrayCall call) {
    const InsightService* insights = context.options.control.insights;
    if (!is_there(insights, call)) return;
    JsonRequest json(call.body);
    const std::string id = json.required_text("InsightId");
    ImpactGraphRequest request;
    request.start = json.required_timestamp("StartTime");
    request.end = json.required_timestamp("EndTime");
    request.next_token = read_token(json);
    if (json.refusal()) return call.answer(*json.refusal());
    answer_from_worker(context, std::move(call),
                       [insights, id, request, &account_id = context.options.account_id](
                           const QueryContext& query) -> Result<std::string> {
                           const StoredInsight insight = TRY(get_fault(*insights, id));
                           const ServiceGraphAnswer graph =
                               TRY(get_impact_graph(query, insight, request));
                           return graph_json(insight, request, graph, account_id);
                       });
}

}  // namespace tomograph
