#include "api/json_request.h"
#include "api/json_writer.h"
#include "api/xray/call.h"
#include "api/xray/graph_json.h"
#include "query/service_graph.h"

namespace tomograph {

namespace {

std::string to_json(const ServiceGraphAnswer& answer, std::string_view account_id) {
    JsonWriter json;
    json.begin_object();
    json.whole_second("StartTime", Instant::from_seconds(answer.start_second));
    json.whole_second("EndTime", Instant::from_seconds(answer.end_second));
    write_services(json, answer.services, account_id);
    json.boolean("ContainsOldGroupVersions", answer.contains_old_group_versions);
    if (!answer.next_token.empty()) json.text("NextToken", answer.next_token);
    json.end_object();
    return json.take();
}

}  // namespace

void answer_get_service_graph(const XrayContext& context, XrayCall call) {
    JsonRequest json(call.body);
    ServiceGraphRequest request;
    request.start = json.required_timestamp("StartTime");
    request.end = json.required_timestamp("EndTime");
    request.group_name = json.text("GroupName").value_or("");
    request.group_arn = json.text("GroupARN").value_or("");
    request.next_token = json.text("NextToken").value_or("");
    if (json.refusal()) return call.answer(*json.refusal());
    answer_from_worker(context, std::move(call),
                       [request = std::move(request), &account_id = context.options.account_id](
                           const QueryContext& query) -> Result<std::string> {
                           const auto answer = TRY(get_service_graph(query, request));
                           return to_json(answer, account_id);
                       });
}

}  // namespace tomograph
