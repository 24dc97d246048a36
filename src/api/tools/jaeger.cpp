// Jaeger's query API as its interface and Grafana's data source call it (grafana.md §3).
#include <fmt/format.h>

#include <memory>

#include "api/limits.h"
#include "api/tools/jaeger_json.h"
#include "api/tools/jaeger_operations.h"
#include "api/tools/jaeger_query.h"
#include "api/tools/tool_call.h"
#include "api/tools/trace_by_id.h"
#include "query/spans/duration_text.h"
#include "query/spans/find_spans.h"
#include "query/spans/span_names.h"
#include "wire/json/escapes.h"
#include "wire/json/json_text.h"

namespace tomograph {
namespace {

/// {"data":…,"total":n,"limit":0,"offset":0,"errors":null}
///
/// warning  "", or why the answer is not all
HttpReply envelope(std::string_view data, std::size_t total, std::string_view warning = "") {
    JsonText json;
    json.open();
    json.raw("data", data);
    json.integer("total", static_cast<std::int64_t>(total));
    json.integer("limit", 0);
    json.integer("offset", 0);
    if (warning.empty()) {
        json.raw("errors", "null");
    } else {
        constexpr int partial_content = 206;
        json.open_list("errors");
        json.open();
        json.integer("code", partial_content);
        json.text("msg", warning);
        json.close();
        json.close_list();
    }
    json.close();
    return tool_json(std::move(json).take());
}

HttpReply envelope(const std::vector<std::string>& names) {
    std::string list = "[";
    for (const std::string& name : names) {
        if (list.size() > 1) list += ',';
        append_quoted(name, list);
    }
    return envelope(list + "]", names.size());
}

std::optional<Instant> microseconds(ToolCall& call, std::string_view name) {
    constexpr std::int64_t us_max = INT64_MAX / 1000;
    const auto value = call.query.integer(name, 0, us_max);
    if (!value) return std::nullopt;
    return Instant{} + Duration::microseconds(*value);
}

/// Of a search: `start` and `end` in microseconds; without a start what `lookback` says.
TimeRange read_range(const OwnContext& context, ToolCall& call) {
    TimeRange range;
    range.end = microseconds(call, "end").value_or(context.clock.now());
    Duration lookback = tool_lookback;
    if (const auto text = call.query.text("lookback"); text && *text != "custom") {
        const auto said = parse_duration_text(*text);
        if (!said) call.query.refuse_value("lookback", said.error().message());
        if (said) lookback = *said;
    }
    range.start = microseconds(call, "start").value_or(range.end - lookback);
    // The end is part of what Jaeger's clients ask for.
    range.end = range.end + Duration::microseconds(1);
    if (range.start >= range.end) call.query.refuse_value("start", "must be before end");
    return range;
}

/// `tags`: an object in JSON; `tag`: key:value, which may stand several times.
std::vector<std::pair<std::string, std::string>> read_tags(ToolCall& call) {
    std::vector<std::pair<std::string, std::string>> tags;
    if (const auto json = call.query.text("tags")) {
        auto said = read_jaeger_tags(*json);
        if (said)
            tags = *std::move(said);
        else
            call.query.refuse_value("tags:", said.error().message());
    }
    for (const std::string& tag : call.query.texts("tag")) {
        const std::size_t colon = tag.find(':');
        if (colon == std::string::npos)
            call.query.refuse_value("tag", "must be key:value");
        else
            tags.emplace_back(tag.substr(0, colon), tag.substr(colon + 1));
    }
    if (tags.size() > tool_tags_max) call.query.refuse_value("tags", "are too many");
    return tags;
}

std::string warning_of(const SearchCoverage& coverage, bool is_too_large) {
    if (is_too_large)
        return fmt::format("the answer ends at {} bytes: ask for fewer traces",
                           tool_answer_bytes_max);
    if (coverage.is_partial())
        return "the search ended before it had seen the whole time: narrow it";
    return "";
}

Result<HttpReply> search(const OwnContext& context, const TraceSelection& traces,
                         std::size_t limit) {
    std::string data = "[";
    std::size_t count = 0;
    bool is_too_large = false;
    const auto end =
        TRY(find_spans(context.query(), context.clock, traces, [&](const FoundTrace& found) {
            if (count > 0) data += ',';
            append_jaeger_trace(found.spans.spans, found.stored.limit_exceeded, data);
            is_too_large = data.size() > tool_answer_bytes_max;
            return ++count < limit && !is_too_large;
        }));
    return envelope(data + "]", count, warning_of(end.coverage, is_too_large && count < limit));
}

/// `traceID`, which may stand several times: those traces instead of a search.
void answer_by_ids(const OwnContext& context, ToolCall call, std::vector<std::string> ids) {
    if (ids.size() > static_cast<std::size_t>(tool_traces_max))
        call.query.refuse_value("traceID", "stands too often");
    if (!is_accepted(call)) return;
    answer_tool(context, std::move(call), [&context, ids]() -> Result<HttpReply> {
        std::string data = "[";
        std::size_t count = 0;
        for (const std::string& text : ids) {
            const TraceId id = TRY(read_tool_trace_id(text));
            const auto shown = TRY(read_shown_trace(context, id));
            if (!shown || data.size() > tool_answer_bytes_max) continue;
            if (count++ > 0) data += ',';
            append_jaeger_trace(shown->spans, shown->is_partial, data);
        }
        return envelope(data + "]", count);
    });
}

void answer_names(const OwnContext& context, ToolCall call, const std::string& service) {
    if (!is_accepted(call)) return;
    const SearchBudget budget = tool_budget(call, tool_names_budget);
    answer_tool(context, std::move(call), [&context, service, budget]() -> Result<HttpReply> {
        const auto names = TRY(span_names(context.query(), tool_names_range(context), budget,
                                          service, std::nullopt, tool_names_max));
        return envelope(names);
    });
}

}  // namespace

void jaeger_services(const OwnContext& context, ToolCall call) {
    if (!is_accepted(call)) return;
    const SearchBudget budget = tool_budget(call, tool_names_budget);
    answer_tool(context, std::move(call), [&context, budget]() -> Result<HttpReply> {
        const auto names =
            TRY(service_names(context.query(), tool_names_range(context), budget, tool_names_max));
        return envelope(names);
    });
}

void jaeger_service_operations(const OwnContext& context, ToolCall call) {
    const std::string service = call.path_values[0];
    answer_names(context, std::move(call), service);
}

void jaeger_operations(const OwnContext& context, ToolCall call) {
    const std::string service = call.query.text("service").value_or("");
    const std::string kind = call.query.text("spanKind").value_or("");
    if (service.empty()) call.query.refuse_value("parameter 'service'", "is required");
    if (!is_accepted(call)) return;
    const SearchBudget budget = tool_budget(call, tool_names_budget);
    answer_tool(context, std::move(call), [&context, service, kind, budget]() -> Result<HttpReply> {
        const auto operations = TRY(read_jaeger_operations(context, budget, service, kind));
        return envelope(jaeger_operations_json(operations), operations.size());
    });
}

void jaeger_traces(const OwnContext& context, ToolCall call) {
    if (auto ids = call.query.texts("traceID"); !ids.empty())
        return answer_by_ids(context, std::move(call), std::move(ids));
    JaegerSearch asked;
    asked.service = call.query.text("service").value_or("");
    asked.operation = call.query.text("operation").value_or("");
    asked.min_duration = call.query.text("minDuration").value_or("");
    asked.max_duration = call.query.text("maxDuration").value_or("");
    asked.tags = read_tags(call);
    const TimeRange range = read_range(context, call);
    const auto limit = static_cast<std::size_t>(
        call.query.integer("limit", 1, tool_traces_max).value_or(tool_traces));
    if (asked.service.empty()) call.query.refuse_value("parameter 'service'", "is required");
    if (!is_accepted(call)) return;
    TraceSelection traces{.range = range, .budget = tool_budget(call, own_budget)};
    answer_tool(context, std::move(call),
                [&context, asked, traces, limit]() mutable -> Result<HttpReply> {
                    traces.predicate = std::make_shared<Predicate>(TRY(jaeger_predicate(asked)));
                    return search(context, traces, limit);
                });
}

void jaeger_trace(const OwnContext& context, ToolCall call) {
    if (!is_accepted(call)) return;
    const std::string text = call.path_values[0];
    answer_tool(context, std::move(call), [&context, text]() -> Result<HttpReply> {
        const TraceId id = TRY(read_tool_trace_id(text));
        const auto shown = TRY(read_shown_trace(context, id));
        if (!shown) return Error(ErrorCode::not_found, "trace not found");
        std::string data = "[";
        append_jaeger_trace(shown->spans, shown->is_partial, data);
        return envelope(data + "]", 0);
    });
}

void jaeger_dependencies(const OwnContext& context, ToolCall call) {
    constexpr std::int64_t ms_max = INT64_MAX / 1'000'000;
    const auto end_ms = call.query.integer("endTs", 0, ms_max);
    const auto lookback_ms = call.query.integer("lookback", 1, ms_max);
    if (!is_accepted(call)) return;
    const Instant end = end_ms ? Instant{} + Duration::milliseconds(*end_ms) : context.clock.now();
    const Duration lookback =
        lookback_ms ? Duration::milliseconds(*lookback_ms) : tool_names_lookback;
    answer_tool(context, std::move(call), [&context, end, lookback]() -> Result<HttpReply> {
        const auto calls = TRY(service_calls(context.query(), {end - lookback, end}));
        std::string list = "[";
        for (const ServiceCalls& each : calls) {
            if (list.size() > 1) list += ',';
            JsonText json;
            json.open();
            json.text("parent", each.caller);
            json.text("child", each.called);
            json.integer("callCount", each.count);
            json.close();
            list += std::move(json).take();
        }
        return envelope(list + "]", calls.size());
    });
}

}  // namespace tomograph
