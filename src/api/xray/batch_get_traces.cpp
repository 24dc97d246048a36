#include "query/batch_get_traces.h"

#include "api/json_request.h"
#include "api/json_writer.h"
#include "api/xray/call.h"
#include "query/limits.h"

namespace tomograph {

namespace {

void write_trace(JsonWriter& json, const BatchTrace& trace) {
    json.begin_object();
    json.text("Id", to_xray_text(trace.id));
    json.seconds("Duration", trace.duration);
    json.boolean("LimitExceeded", trace.limit_exceeded);
    json.begin_array("Segments");
    for (const SegmentDocument& segment : trace.segments) {
        json.begin_object();
        json.text("Id", to_hex(segment.id));
        json.text("Document", segment.document);
        json.end_object();
    }
    json.end_array();
    json.end_object();
}

std::string to_json(const BatchTracesAnswer& answer) {
    JsonWriter json;
    json.begin_object();
    json.begin_array("Traces");
    for (const BatchTrace& trace : answer.traces) write_trace(json, trace);
    json.end_array();
    json.begin_array("UnprocessedTraceIds");
    for (const std::string& id : answer.unprocessed_trace_ids) json.text(id);
    json.end_array();
    if (!answer.next_token.empty()) json.text("NextToken", answer.next_token);
    json.end_object();
    return json.take();
}

}  // namespace

void answer_batch_get_traces(const XrayContext& context, XrayCall call) {
    JsonRequest json(call.body);
    BatchTracesRequest request;
    request.trace_ids = json.required_texts("TraceIds", trace_ids_per_request_max);
    request.next_token = json.text("NextToken").value_or("");
    if (json.refusal()) return call.answer(*json.refusal());
    answer_from_worker(
        context, std::move(call),
        [request = std::move(request)](const QueryContext& query) -> Result<std::string> {
            const auto answer = TRY(batch_get_traces(query, request));
            return to_json(answer);
        });
}

}  // namespace tomograph
