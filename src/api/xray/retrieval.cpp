// StartTraceRetrieval, ListRetrievedTraces, GetRetrievedTracesGraph, CancelTraceRetrieval
// (xray-api.md §3.8)
#include "api/json_request.h"
#include "api/json_writer.h"
#include "api/limits.h"
#include "api/xray/call.h"
#include "api/xray/graph_json.h"
#include "query/limits.h"
#include "query/retrieval/retrieved_graph.h"
#include "query/retrieval/retrieved_traces.h"
#include "query/retrieval/start_retrieval.h"

namespace tomograph {
namespace {

std::string_view status_text(RetrievalStatus status) {
    return status == RetrievalStatus::cancelled ? "CANCELLED" : "COMPLETE";
}

std::string_view format_text(RetrievedFormat format) {
    return format == RetrievedFormat::otel ? "OTEL" : "XRAY";
}

std::string_view reference_text(LinkReference reference) {
    switch (reference) {
        case LinkReference::parent:
            return "parent";
        case LinkReference::child:
            return "child";
        case LinkReference::link:
            return "link";
    }
    return "link";
}

/// ResourceNotFoundException names the token that is unknown; too many retrievals are a throttle.
ApiError retrieval_error(const Error& error, const std::string& token) {
    if (error.code() == ErrorCode::unavailable) return throttled(error.message());
    ApiError told = to_api_error(error);
    if (error.code() == ErrorCode::not_found) told.resource_name = token;
    return told;
}

std::string read_token(JsonRequest& json) {
    std::string token = json.required_text("RetrievalToken");
    if (token.size() > retrieval_token_bytes_max)
        json.refuse_value("RetrievalToken", "holds more than 1020 characters");
    return token;
}

RetrievedFormat read_format(JsonRequest& json) {
    const std::string format = json.text("TraceFormat").value_or("XRAY");
    if (format != "XRAY" && format != "OTEL")
        json.refuse_value("TraceFormat", "must be XRAY or OTEL");
    return format == "OTEL" ? RetrievedFormat::otel : RetrievedFormat::xray;
}

void write_trace(JsonWriter& json, const RetrievedTrace& trace) {
    json.begin_object();
    json.text("Id", to_xray_text(trace.id));
    json.seconds("Duration", trace.duration);
    json.begin_array("Spans");
    for (const RetrievedSpan& span : trace.spans) {
        json.begin_object();
        json.text("Id", span.id);
        json.text("Document", span.document);
        json.end_object();
    }
    json.end_array();
    json.end_object();
}

std::string to_json(const RetrievedTracesAnswer& answer, RetrievedFormat format) {
    JsonWriter json;
    json.begin_object();
    json.text("RetrievalStatus", status_text(answer.status));
    json.text("TraceFormat", format_text(format));
    json.begin_array("Traces");
    for (const RetrievedTrace& trace : answer.traces) write_trace(json, trace);
    json.end_array();
    if (!answer.next_token.empty()) json.text("NextToken", answer.next_token);
    json.end_object();
    return json.take();
}

void write_links(JsonWriter& json, const std::vector<TraceLink>& links) {
    json.begin_array("Links");
    for (const TraceLink& link : links) {
        json.begin_object();
        json.text("ReferenceType", reference_text(link.reference));
        json.text("SourceTraceId", to_xray_text(link.source));
        json.begin_array("DestinationTraceIds");
        for (const TraceId id : link.destinations) json.text(to_xray_text(id));
        json.end_array();
        json.end_object();
    }
    json.end_array();
}

std::string to_json(const RetrievedGraphAnswer& answer, std::string_view account_id) {
    JsonWriter json;
    json.begin_object();
    json.text("RetrievalStatus", status_text(answer.status));
    json.begin_array("Services");
    for (std::size_t i = 0; i < answer.services.size(); ++i) {
        json.begin_object();
        write_service(json, "Service", answer.services[i], account_id);
        write_links(json, answer.links[i]);
        json.end_object();
    }
    json.end_array();
    if (!answer.next_token.empty()) json.text("NextToken", answer.next_token);
    json.end_object();
    return json.take();
}

}  // namespace

void answer_start_retrieval(const XrayContext& context, XrayCall call) {
    JsonRequest json(call.body);
    StartRetrievalRequest request;
    request.trace_ids = json.required_texts("TraceIds", trace_ids_per_request_max);
    request.start = json.required_timestamp("StartTime");
    request.end = json.required_timestamp("EndTime");
    if (json.refusal()) return call.answer(*json.refusal());
    auto retrieval = retrieval_of(request);
    if (!retrieval) return call.answer(to_api_error(retrieval.error()));
    const auto token = context.retrievals.start(*std::move(retrieval), context.clock.now());
    if (!token) return call.answer(retrieval_error(token.error(), ""));
    JsonWriter answer;
    answer.begin_object();
    answer.text("RetrievalToken", *token);
    answer.end_object();
    call.answer(answer.take());
}

void answer_list_retrieved_traces(const XrayContext& context, XrayCall call) {
    JsonRequest json(call.body);
    RetrievedTracesRequest request;
    request.retrieval_token = read_token(json);
    request.format = read_format(json);
    request.next_token = json.text("NextToken").value_or("");
    if (json.refusal()) return call.answer(*json.refusal());
    answer_from_worker(context, std::move(call),
                       [request = std::move(request),
                        &retrievals = context.retrievals](const QueryContext& query) -> XrayAnswer {
                           const auto answer = list_retrieved_traces(query, retrievals, request);
                           if (!answer)
                               return retrieval_error(answer.error(), request.retrieval_token);
                           return to_json(*answer, request.format);
                       });
}

void answer_get_retrieved_graph(const XrayContext& context, XrayCall call) {
    JsonRequest json(call.body);
    RetrievedGraphRequest request;
    request.retrieval_token = read_token(json);
    request.next_token = json.text("NextToken").value_or("");
    if (json.refusal()) return call.answer(*json.refusal());
    answer_from_worker(
        context, std::move(call),
        [request = std::move(request), &retrievals = context.retrievals,
         &account_id = context.options.account_id](const QueryContext& query) -> XrayAnswer {
            const auto answer = get_retrieved_graph(query, retrievals, request);
            if (!answer) return retrieval_error(answer.error(), request.retrieval_token);
            return to_json(*answer, account_id);
        });
}

void answer_cancel_retrieval(const XrayContext& context, XrayCall call) {
    JsonRequest json(call.body);
    const std::string token = read_token(json);
    if (json.refusal()) return call.answer(*json.refusal());
    const auto done = context.retrievals.cancel(token, context.clock.now());
    if (!done) return call.answer(retrieval_error(done.error(), token));
    call.answer(std::string("{}"));
}

}  // namespace tomograph
