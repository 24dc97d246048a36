#include "api/json_request.h"
#include "api/json_writer.h"
#include "api/xray/call.h"
#include "api/xray/graph_json.h"
#include "query/limits.h"
#include "query/service_graph.h"

namespace tomograph {

namespace {

std::string to_json(const ServiceGraphAnswer& answer, std::string_view account_id) {
    JsonWriter json;
    json.begin_object();
    write_services(json, answer.services, account_id);
    if (!answer.next_token.empty()) json.text("NextToken", answer.next_token);
    json.end_object();
    return json.take();
}

}  // namespace

void answer_get_trace_graph(const XrayContext& context, XrayCall call) {
    JsonRequest json(call.body);
    TraceGraphRequest request;
    request.trace_ids = json.required_texts("TraceIds", trace_ids_per_request_max);
    request.next_token = json.text("NextToken").value_or("");
    if (json.refusal()) return call.answer(*json.refusal());
    answer_from_worker(context, std::move(call),
                       [request = std::move(request), &account_id = context.options.account_id](
                           const QueryContext& query) -> Result<std::string> {
                           const auto answer = TRY(get_trace_graph(query, request));
                           return to_json(answer, account_id);
                       });
}

}  // namespace tomograph
