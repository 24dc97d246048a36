// Jaeger's query API v3: the same, with traces in OTLP's JSON (grafana.md §3).
#include <fmt/format.h>

#include <memory>

#include "api/limits.h"
#include "api/tools/jaeger_operations.h"
#include "api/tools/jaeger_query.h"
#include "api/tools/tool_call.h"
#include "api/tools/trace_by_id.h"
#include "query/spans/find_spans.h"
#include "query/spans/span_names.h"
#include "wire/json/json_text.h"

namespace tomograph {
namespace {

/// A parameter under either spelling: `query.serviceName`, `query.service_name`.
std::optional<std::string> either(ToolCall& call, std::string_view camel, std::string_view snake) {
    auto value = call.query.text(fmt::format("query.{}", camel));
    if (value) return value;
    return call.query.text(fmt::format("query.{}", snake));
}

std::optional<Instant> time_of(ToolCall& call, std::string_view camel, std::string_view snake) {
    const std::string name = fmt::format("query.{}", camel);
    if (call.query.text(name)) return call.query.timestamp(name);
    return call.query.timestamp(fmt::format("query.{}", snake));
}

std::size_t depth_of(ToolCall& call) {
    for (const char* name : {"query.searchDepth", "query.search_depth", "query.num_traces"})
        if (const auto depth = call.query.integer(name, 1, tool_traces_max))
            return static_cast<std::size_t>(*depth);
    return static_cast<std::size_t>(tool_traces);
}

HttpReply result_of(const OtlpTrace& spans) {
    return tool_json(fmt::format(R"({{"result":{{"resourceSpans":{}}}}})",
                                 resource_spans_json(spans, OtlpJsonStyle::otlp)));
}

}  // namespace

void jaeger_v3_services(const OwnContext& context, ToolCall call) {
    if (!is_accepted(call)) return;
    const SearchBudget budget = tool_budget(call, tool_names_budget);
    answer_tool(context, std::move(call), [&context, budget]() -> Result<HttpReply> {
        const auto names =
            TRY(service_names(context.query(), tool_names_range(context), budget, tool_names_max));
        JsonText json;
        json.open();
        json.open_list("services");
        for (const std::string& name : names) json.element(name);
        json.close_list();
        json.close();
        return tool_json(std::move(json).take());
    });
}

void jaeger_v3_operations(const OwnContext& context, ToolCall call) {
    const std::string service = call.query.text("service").value_or("");
    const std::string kind =
        call.query.text("span_kind").value_or(call.query.text("spanKind").value_or(""));
    if (service.empty()) call.query.refuse_value("service", "is required");
    if (!is_accepted(call)) return;
    const SearchBudget budget = tool_budget(call, tool_names_budget);
    answer_tool(context, std::move(call), [&context, service, kind, budget]() -> Result<HttpReply> {
        const auto operations = TRY(read_jaeger_operations(context, budget, service, kind));
        return tool_json(fmt::format(R"({{"operations":{}}})", jaeger_operations_json(operations)));
    });
}

void jaeger_v3_traces(const OwnContext& context, ToolCall call) {
    JaegerSearch asked;
    asked.service = either(call, "serviceName", "service_name").value_or("");
    asked.operation = either(call, "operationName", "operation_name").value_or("");
    asked.min_duration = either(call, "durationMin", "duration_min").value_or("");
    asked.max_duration = either(call, "durationMax", "duration_max").value_or("");
    if (const auto json = call.query.text("query.attributes")) {
        auto tags = read_jaeger_tags(*json);
        if (tags)
            asked.tags = *std::move(tags);
        else
            call.query.refuse_value("query.attributes:", tags.error().message());
    }
    if (call.query.text("query.filter"))
        call.query.refuse_value("query.filter", "is not served: use query.attributes");
    const Instant end =
        time_of(call, "startTimeMax", "start_time_max").value_or(context.clock.now());
    const Instant start =
        time_of(call, "startTimeMin", "start_time_min").value_or(end - tool_lookback);
    if (start >= end) call.query.refuse_value("query.startTimeMin", "must be before startTimeMax");
    const std::size_t limit = depth_of(call);
    if (!is_accepted(call)) return;
    TraceSelection traces{.range = {start, end}, .budget = tool_budget(call, own_budget)};
    answer_tool(
        context, std::move(call), [&context, asked, traces, limit]() mutable -> Result<HttpReply> {
            traces.predicate = std::make_shared<Predicate>(TRY(jaeger_predicate(asked)));
            OtlpTrace all;
            std::size_t count = 0;
            std::uint64_t bytes = 0;
            TRY(find_spans(context.query(), context.clock, traces, [&](const FoundTrace& found) {
                const OtlpTrace& spans = found.spans.spans;
                for (const OtlpTrace::Row& row : spans.rows())
                    all.add(row.span, spans.resource_of(row), spans.scope_of(row));
                for (const StoredDocument& each : found.stored.documents)
                    bytes += each.document.bytes.size();
                return ++count < limit && bytes < tool_answer_bytes_max;
            }));
            if (count == 0) return Error(ErrorCode::not_found, "No traces found");
            return result_of(all);
        });
}

void jaeger_v3_trace(const OwnContext& context, ToolCall call) {
    if (!is_accepted(call)) return;
    const std::string text = call.path_values[0];
    answer_tool(context, std::move(call), [&context, text]() -> Result<HttpReply> {
        const TraceId id = TRY(read_tool_trace_id(text));
        const auto shown = TRY(read_shown_trace(context, id));
        if (!shown) return Error(ErrorCode::not_found, "trace not found");
        return result_of(shown->spans);
    });
}

}  // namespace tomograph
