// /api/v1/insights: those of X-Ray, and of latency and throughput
#include <algorithm>
#include <utility>

#include "api/own/own_call.h"
#include "api/xray/insight_json.h"
#include "api/xray/service_json.h"
#include "service/insights/insight_service.h"
#include "service/insights/insight_text.h"
#include "service/insights/limits.h"

namespace tomograph {
namespace {

std::string_view unit_of(InsightKind kind) {
    switch (kind) {
        case InsightKind::fault:
            return "faults/minute";
        case InsightKind::latency:
            return "seconds";
        case InsightKind::throughput:
            break;
    }
    return "requests/minute";
}

/// What X-Ray says of an insight, and what is ours.
void write_own(JsonWriter& json, const StoredInsight& insight, const std::string& account_id) {
    write_insight(json, insight, account_id);
    json.whole_second("LastUpdateTime", insight_update_time(insight));
    json.text("Kind", name_of(insight.kind));
    json.text("Unit", unit_of(insight.kind));
    json.number("Usual", static_cast<double>(insight.usual_milli) / 1000);
    json.number("Worst", static_cast<double>(insight.worst_milli) / 1000);
}

std::string list_json(const InsightList& list, const std::string& account_id) {
    JsonWriter json;
    json.begin_object();
    json.begin_array("Insights");
    for (const StoredInsight& insight : list.insights) {
        json.begin_object();
        write_own(json, insight, account_id);
        json.end_object();
    }
    json.end_array();
    if (!list.next_token.empty()) json.text("NextToken", list.next_token);
    json.end_object();
    return json.take();
}

std::string insight_json(const StoredInsight& insight, const std::vector<InsightEvent>& events,
                         const std::string& account_id) {
    JsonWriter json;
    json.begin_object();
    write_own(json, insight, account_id);
    json.begin_array("Services");
    for (const AffectedService& each : insight.services) {
        json.begin_object();
        write_service_members(json, each.service, account_id);
        json.number("Score", static_cast<double>(each.score_milli) / 1000);
        json.end_object();
    }
    json.end_array();
    json.begin_array("Events");
    for (const InsightEvent& event : events) write_insight_event(json, event, account_id);
    json.end_array();
    json.end_object();
    return json.take();
}

std::optional<InsightKind> read_kind(OwnCall& call) {
    const auto name = call.query.text("kind");
    if (!name) return std::nullopt;
    const auto kind = insight_kind_named(*name);
    if (!kind) call.query.refuse_value("kind", "must be fault, latency or throughput");
    return kind;
}

std::optional<bool> read_state(OwnCall& call) {
    const auto state = call.query.text("state");
    if (!state) return std::nullopt;
    if (*state != "active" && *state != "closed")
        call.query.refuse_value("state", "must be active or closed");
    return *state == "active";
}

/// The newest first: there are at most insight_events_max and one.
Result<std::vector<InsightEvent>> all_events(const InsightService& insights,
                                             const QueryContext& context, const std::string& id) {
    InsightEventsRequest request{.id = id};
    std::vector<InsightEvent> events;
    do {
        InsightEventList page = TRY(insights.events(context, request));
        std::move(page.events.begin(), page.events.end(), std::back_inserter(events));
        request.next_token = page.next_token;
    } while (!request.next_token.empty());
    return events;
}

bool is_there(const OwnContext& context, const OwnCall& call) {
    if (context.insights != nullptr) return true;
    call.respond(to_reply(unknown_operation("this server has no control plane")));
    return false;
}

}  // namespace

void answer_insights(const OwnContext& context, OwnCall call) {
    if (!is_there(context, call)) return;
    InsightListRequest request;
    const Instant now = context.clock.now();
    request.end = call.query.timestamp("end").value_or(now);
    request.start = call.query.timestamp("start").value_or(request.end - Duration::days(1));
    if (const auto group = call.query.text("group"))
        request.group = GroupKey{.name = *group, .arn = {}};
    request.kind = read_kind(call);
    request.is_active = read_state(call);
    request.limit = call.query.integer("limit", 1, insight_summaries_page_max).value_or(0);
    request.next_token = call.query.text("token").value_or("");
    if (!is_accepted(call)) return;
    answer_from_worker(context, std::move(call), [&context, request]() -> Result<std::string> {
        const InsightList list = TRY(context.insights->list(context.query(), request));
        return list_json(list, context.account_id);
    });
}

void answer_insight(const OwnContext& context, OwnCall call) {
    if (!is_there(context, call)) return;
    const std::string id = call.path_values.at(0);
    if (!is_accepted(call)) return;
    answer_from_worker(context, std::move(call), [&context, id]() -> Result<std::string> {
        const StoredInsight insight = TRY(context.insights->get(id));
        const auto events = TRY(all_events(*context.insights, context.query(), id));
        return insight_json(insight, events, context.account_id);
    });
}

}  // namespace tomograph
