#pragma once

#include <functional>
#include <string>
#include <vector>

#include "api/own/own_call.h"

namespace tomograph {

/// How a tool's clients read an error.
using ToolError = HttpReply (*)(int status, std::string_view sentence);

/// {"data":null,"errors":[{"code":404,"msg":"…"}],…}
HttpReply jaeger_error(int status, std::string_view sentence);
/// {"error":{"httpCode":404,"message":"…"}}
HttpReply jaeger_v3_error(int status, std::string_view sentence);
/// The sentence as plain text.
HttpReply tempo_error(int status, std::string_view sentence);
/// {"status":"error","errorType":"bad_data","error":"…"}
HttpReply prometheus_error(int status, std::string_view sentence);

/// One call in the way of another tool. Answered exactly once, from any thread.
struct ToolCall {
    QueryParameters query;
    std::vector<std::string> path_values;  ///< of the `{…}` of the route's path
    bool wants_protobuf = false;           ///< by Accept
    HttpRespond respond;
    std::function<bool()> is_cancelled;
    ToolError error = nullptr;
};

/// Whether every parameter was right; else the call is answered with the first mistake. Names that
/// nobody reads are passed over, as the tools themselves do.
bool is_accepted(ToolCall& call);

/// A JSON answer.
HttpReply tool_json(std::string body);

/// Runs `read` beside the I/O threads and answers with its reply, or its error in the tool's form.
void answer_tool(const OwnContext& context, ToolCall call, std::function<Result<HttpReply>()> read);

/// What such a read may take.
SearchBudget tool_budget(const ToolCall& call, Duration time);

/// What lists of names look at, spans of clocks that are ahead included.
TimeRange tool_names_range(const OwnContext& context);

/// Names one function per route.
using ToolFunction = void (*)(const OwnContext& context, ToolCall call);

void jaeger_services(const OwnContext& context, ToolCall call);
void jaeger_service_operations(const OwnContext& context, ToolCall call);
void jaeger_operations(const OwnContext& context, ToolCall call);
void jaeger_traces(const OwnContext& context, ToolCall call);
void jaeger_trace(const OwnContext& context, ToolCall call);
void jaeger_dependencies(const OwnContext& context, ToolCall call);
void jaeger_v3_services(const OwnContext& context, ToolCall call);
void jaeger_v3_operations(const OwnContext& context, ToolCall call);
void jaeger_v3_traces(const OwnContext& context, ToolCall call);
void jaeger_v3_trace(const OwnContext& context, ToolCall call);
void tempo_echo(const OwnContext& context, ToolCall call);
void tempo_ready(const OwnContext& context, ToolCall call);
void tempo_build_info(const OwnContext& context, ToolCall call);
void tempo_search(const OwnContext& context, ToolCall call);
void tempo_tags(const OwnContext& context, ToolCall call);
void tempo_tags_v2(const OwnContext& context, ToolCall call);
void tempo_tag_values(const OwnContext& context, ToolCall call);
void tempo_tag_values_v2(const OwnContext& context, ToolCall call);
void tempo_trace(const OwnContext& context, ToolCall call);
void tempo_trace_v2(const OwnContext& context, ToolCall call);
void prometheus_query(const OwnContext& context, ToolCall call);
void prometheus_query_range(const OwnContext& context, ToolCall call);
void prometheus_labels(const OwnContext& context, ToolCall call);
void prometheus_label_values(const OwnContext& context, ToolCall call);
void prometheus_series(const OwnContext& context, ToolCall call);
void prometheus_query_exemplars(const OwnContext& context, ToolCall call);
void prometheus_metadata(const OwnContext& context, ToolCall call);
void prometheus_build_info(const OwnContext& context, ToolCall call);

/// `start` and `end` of Tempo's calls, in seconds: the last hour, unless they are said.
TimeRange tempo_range(const OwnContext& context, ToolCall& call);

}  // namespace tomograph
