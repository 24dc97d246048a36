#include "api/tools/tempo_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "api/limits.h"
#include "api/tools/jaeger_json.h"
#include "query/trace_attributes.h"
#include "wire/json/json_text.h"
#include "wire/json/number.h"

namespace tomograph {
namespace {

/// Which rows of the trace answer the query.
class MatchedSpans {
 public:
    explicit MatchedSpans(const TraceQl& query) : query_(query), matcher_(query.spans) {}

    std::vector<std::uint32_t> of(const FoundTrace& found) const {
        const TraceAttributes attributes = attributes_for(matcher_, found.stored, found.trace);
        const TraceMatcher::Subject subject{.trace = found.trace,
                                            .attributes = attributes,
                                            .limit_exceeded = found.stored.limit_exceeded};
        std::vector<std::uint32_t> rows;
        for (std::uint32_t row = 0; row < found.spans.entities.size(); ++row)
            if (matcher_.matches_span(subject, found.trace.entities[found.spans.entities[row]]))
                rows.push_back(row);
        return rows;
    }

    bool is_enough(std::size_t count) const {
        return !query_.count ||
               passes_number(*query_.count, Decimal::of(static_cast<std::int64_t>(count)));
    }

 private:
    const TraceQl& query_;
    TraceMatcher matcher_;
};

void write_key_value(JsonText& json, std::string_view key, const OtlpValue& value) {
    json.open();
    json.text("key", key);
    append_any_value(value, json.value_of("value"));
    json.close();
}

/// Of the span where the query names one, else of its resource.
const OtlpValue* value_of(const TraceQlAttribute& attribute, const OtlpTrace& spans,
                          const OtlpTrace::Row& row) {
    if (attribute.scope == AttributeScope::resource)
        return find_attribute(spans.resource_of(row).attributes, attribute.key);
    if (attribute.scope == AttributeScope::instrumentation)
        return find_attribute(spans.scope_of(row).attributes, attribute.key);
    if (attribute.scope && attribute.scope != AttributeScope::span) return nullptr;
    const OtlpValue* value = find_attribute(row.span.attributes, attribute.key);
    if (value != nullptr || attribute.scope) return value;
    return find_attribute(spans.resource_of(row).attributes, attribute.key);
}

Duration duration_of(const OtlpSpan& span) {
    return {std::max<std::int64_t>((span.end.value_or(span.start) - span.start).ns, 0)};
}

void write_span_set(JsonText& json, const OtlpTrace& spans, const std::vector<std::uint32_t>& rows,
                    const TempoSearch& search) {
    json.open_list("spans");
    for (std::size_t i = 0; i < std::min(rows.size(), search.spans_per_set); ++i) {
        const OtlpTrace::Row& row = spans.rows()[rows[i]];
        json.open();
        json.text("spanID", to_hex(row.span.id));
        json.text("name", row.span.name);
        json.text("startTimeUnixNano", std::to_string(row.span.start.ns));
        json.text("durationNanos", std::to_string(duration_of(row.span).ns));
        json.open_list("attributes");
        for (const TraceQlAttribute& each : search.query.shown)
            if (const OtlpValue* value = value_of(each, spans, row))
                write_key_value(json, each.key, *value);
        json.close_list();
        json.close();
    }
    json.close_list();
    json.integer("matched", static_cast<std::int64_t>(rows.size()));
}

struct Overview {
    Instant start{INT64_MAX};
    Instant end{INT64_MIN};
    const OtlpTrace::Row* root = nullptr;
    struct Service {
        std::int64_t spans = 0;
        std::int64_t errors = 0;
    };
    std::map<std::string, Service> services{};
};

Overview overview_of(const OtlpTrace& spans) {
    Overview all;
    for (const OtlpTrace::Row& row : spans.rows()) {
        all.start = std::min(all.start, row.span.start);
        all.end = std::max(all.end, row.span.end.value_or(row.span.start));
        if (all.root == nullptr && row.span.parent_id.is_none()) all.root = &row;
        Overview::Service& service = all.services[service_of(spans.resource_of(row))];
        ++service.spans;
        if (row.span.status == OtlpStatus::error) ++service.errors;
    }
    return all;
}

void write_trace(JsonText& json, const FoundTrace& found, const std::vector<std::uint32_t>& rows,
                 const TempoSearch& search) {
    const OtlpTrace& spans = found.spans.spans;
    const Overview all = overview_of(spans);
    json.open();
    json.text("traceID", to_hex(found.stored.id));
    // What Tempo says, and Grafana knows.
    json.text("rootServiceName", all.root == nullptr ? std::string("<root span not yet received>")
                                                     : service_of(spans.resource_of(*all.root)));
    json.text("rootTraceName", all.root == nullptr ? "" : all.root->span.name);
    json.text("startTimeUnixNano", std::to_string(all.start.ns));
    json.integer("durationMs", std::max<std::int64_t>((all.end - all.start).as_milliseconds(), 0));
    json.open("spanSet");
    write_span_set(json, spans, rows, search);
    json.close();
    json.open_list("spanSets");
    json.open();
    write_span_set(json, spans, rows, search);
    json.close();
    json.close_list();
    json.open("serviceStats");
    for (const auto& [name, counts] : all.services) {
        json.open(name);
        json.integer("spanCount", counts.spans);
        if (counts.errors > 0) json.integer("errorCount", counts.errors);
        json.close();
    }
    json.close();
    json.close();
}

/// The tag as each type that its value may have.
Predicate tag_is(const std::string& key, const std::string& value) {
    const TextTest text{.text = value};
    if (key == "name") return span_name(text);
    if (key == "status" && value == "error") return span_status(OtlpStatus::error);
    if (key == "status" && value == "ok") return span_status(OtlpStatus::ok);
    const TraceQlAttribute attribute{std::nullopt, key};
    std::vector<Predicate> ways = {traceql_condition(attribute, text)};
    if (value == "true" || value == "false")
        ways.push_back(traceql_condition(attribute, BooleanTest{value == "true"}));
    if (is_json_number(value))
        if (const auto number = parse_decimal(value))
            ways.push_back(
                traceql_condition(attribute, NumberTest{.min = *number, .max = *number}));
    return any_of(std::move(ways));
}

/// The value ahead, in quotes or up to a blank.
Result<std::string> take_tag_value(std::string_view& text) {
    std::string value;
    if (!text.starts_with('"')) {
        const std::size_t end = std::min(text.find(' '), text.size());
        value = text.substr(0, end);
        text.remove_prefix(end);
        return value;
    }
    for (text.remove_prefix(1); !text.empty(); text.remove_prefix(1)) {
        if (text.front() == '"') {
            text.remove_prefix(1);
            return value;
        }
        if (text.front() == '\\' && text.size() > 1) text.remove_prefix(1);
        value += text.front();
    }
    return Error(ErrorCode::invalid, "tags: a text does not end");
}

}  // namespace

Result<TraceQl> read_tempo_tags(std::string_view text) {
    std::vector<Predicate> all = {any_span()};
    while (true) {
        text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
        if (text.empty()) break;
        const std::size_t equals = text.find('=');
        if (equals == std::string_view::npos || equals == 0 || all.size() > tool_tags_max)
            return Error(ErrorCode::invalid, "tags must be key=value key=\"value\" …");
        const std::string key(text.substr(0, equals));
        text.remove_prefix(equals + 1);
        const std::string value = TRY(take_tag_value(text));
        all.push_back(tag_is(key, value));
    }
    TraceQl query;
    query.spans = all_of(std::move(all));
    query.traces = some(Scope::span, query.spans);
    TRY(check(query.traces));
    return query;
}

Result<std::string> tempo_search_json(const QueryContext& context, const Clock& clock,
                                      const TempoSearch& search) {
    const MatchedSpans matched(search.query);
    JsonText json;
    json.open();
    json.open_list("traces");
    std::size_t count = 0;
    const SpanSearchEnd end =
        TRY(find_spans(context, clock, search.traces, [&](const FoundTrace& found) {
            const std::vector<std::uint32_t> rows = matched.of(found);
            if (rows.empty() || !matched.is_enough(rows.size())) return true;
            write_trace(json, found, rows, search);
            return ++count < search.limit;
        }));
    json.close_list();
    json.open("metrics");
    json.integer("inspectedTraces", static_cast<std::int64_t>(end.coverage.processed));
    json.text("inspectedBytes", std::to_string(end.bytes));
    json.integer("completedJobs", end.coverage.is_partial() ? 0 : 1);
    json.integer("totalJobs", 1);
    json.close();
    json.close();
    return std::move(json).take();
}

}  // namespace tomograph
