// Tempo's query API as Grafana's data source calls it (grafana.md §4).
#include <fmt/format.h>

#include <memory>
#include <protozero/pbf_writer.hpp>

#include "api/limits.h"
#include "api/tools/tempo_search.h"
#include "api/tools/tool_call.h"
#include "api/tools/trace_by_id.h"
#include "query/spans/duration_text.h"
#include "wire/json/json_text.h"

namespace tomograph {
namespace {

constexpr std::string_view protobuf_type = "application/protobuf";

HttpReply plain(std::string_view text) { return tempo_error(200, text); }

HttpReply protobuf(std::string body) {
    HttpReply reply;
    reply.headers = {{"Content-Type", std::string(protobuf_type)}};
    reply.body = std::move(body);
    return reply;
}

/// Version 1: the trace itself.
HttpReply reply_v1(const ShownTrace& shown, bool is_protobuf) {
    if (is_protobuf) return protobuf(traces_data(shown.spans));
    return tool_json(fmt::format(R"({{"batches":{}}})",
                                 resource_spans_json(shown.spans, OtlpJsonStyle::protobuf)));
}

/// Version 2: TraceByIDResponse.
HttpReply reply_v2(const ShownTrace& shown, bool is_protobuf) {
    constexpr std::int32_t partial = 1;
    if (!is_protobuf)
        return tool_json(
            fmt::format(R"({{"trace":{{"resourceSpans":{}}},"metrics":{{}},"status":"{}"}})",
                        resource_spans_json(shown.spans, OtlpJsonStyle::protobuf),
                        shown.is_partial ? "PARTIAL" : "COMPLETE"));
    std::string body;
    protozero::pbf_writer response(body);
    response.add_message(1, traces_data(shown.spans));
    if (shown.is_partial) response.add_enum(3, partial);
    return protobuf(std::move(body));
}

using WriteTrace = HttpReply (*)(const ShownTrace& shown, bool is_protobuf);

void answer_trace_by_id(const OwnContext& context, ToolCall call, WriteTrace write) {
    if (!is_accepted(call)) return;
    const std::string text = call.path_values[0];
    const bool is_protobuf = call.wants_protobuf;
    answer_tool(context, std::move(call),
                [&context, text, is_protobuf, write]() -> Result<HttpReply> {
                    const TraceId id = TRY(read_tool_trace_id(text));
                    const auto shown = TRY(read_shown_trace(context, id));
                    if (!shown) return Error(ErrorCode::not_found, "trace not found");
                    return write(*shown, is_protobuf);
                });
}

/// Bounds of the trace's duration, which stand beside `tags`.
Result<Predicate> duration_bounds(const std::string& min, const std::string& max) {
    constexpr std::int32_t nanoseconds = -9;
    NumberTest test;
    if (!min.empty()) {
        const Duration bound = TRY(parse_duration_text(min));
        test.min = Decimal::of(bound.ns, nanoseconds);
    }
    if (!max.empty()) {
        const Duration bound = TRY(parse_duration_text(max));
        test.max = Decimal::of(bound.ns, nanoseconds);
    }
    if (!test.min && !test.max) return all_of({});
    return condition({.field = Field::duration, .path = {}}, test);
}

}  // namespace

TimeRange tempo_range(const OwnContext& context, ToolCall& call) {
    const Instant now = context.clock.now();
    // The end's second is part of the range.
    const Instant end = call.query.timestamp("end").value_or(now) + Duration::seconds(1);
    const TimeRange range{call.query.timestamp("start").value_or(end - Duration::hours(1)), end};
    if (range.start >= range.end) call.query.refuse_value("start", "must be before end");
    return range;
}

void tempo_echo(const OwnContext&, ToolCall call) { call.respond(plain("echo")); }
void tempo_ready(const OwnContext&, ToolCall call) { call.respond(plain("ready")); }

void tempo_build_info(const OwnContext&, ToolCall call) {
    // Grafana takes what it may ask for from the version: search and tags as of Tempo 2.6.
    call.respond(tool_json(R"({"version":"2.6.0","revision":"tomograph )" TOMOGRAPH_VERSION
                           R"(","branch":"","buildUser":"","buildDate":"","goVersion":""})"));
}

void tempo_search(const OwnContext& context, ToolCall call) {
    constexpr std::int64_t spans_max = 100;
    constexpr std::int64_t spans = 3;
    const std::string text = call.query.text("q").value_or("");
    const std::string tags = call.query.text("tags").value_or("");
    const std::string min = call.query.text("minDuration").value_or("");
    const std::string max = call.query.text("maxDuration").value_or("");
    TempoSearch search;
    search.limit = static_cast<std::size_t>(
        call.query.integer("limit", 1, tool_traces_max).value_or(tool_traces));
    search.spans_per_set =
        static_cast<std::size_t>(call.query.integer("spss", 1, spans_max).value_or(spans));
    search.traces.range = tempo_range(context, call);
    if (!is_accepted(call)) return;
    search.traces.budget = tool_budget(call, own_budget);
    answer_tool(
        context, std::move(call),
        [&context, search, text, tags, min, max]() mutable -> Result<HttpReply> {
            if (text.empty())
                search.query = TRY(read_tempo_tags(tags));
            else
                search.query = TRY(parse_traceql(text));
            Predicate bounds = TRY(duration_bounds(min, max));
            search.traces.predicate =
                std::make_shared<Predicate>(all_of({search.query.traces, std::move(bounds)}));
            std::string body = TRY(tempo_search_json(context.query(), context.clock, search));
            return tool_json(std::move(body));
        });
}

void tempo_trace(const OwnContext& context, ToolCall call) {
    answer_trace_by_id(context, std::move(call), reply_v1);
}
void tempo_trace_v2(const OwnContext& context, ToolCall call) {
    answer_trace_by_id(context, std::move(call), reply_v2);
}

}  // namespace tomograph
