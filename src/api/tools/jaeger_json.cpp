#include "api/tools/jaeger_json.h"

#include <fmt/format.h>

#include <cmath>

#include "base/ascii.h"
#include "base/base64.h"
#include "query/spans/span_conditions.h"
#include "wire/hex.h"
#include "wire/json/escapes.h"
#include "wire/json/json_text.h"

namespace tomograph {
namespace {

constexpr std::int64_t ns_per_us = 1000;

/// A value in JSON, as it stands in the text of an array or a map.
void append_plain(const OtlpValue& value, std::string& out);

struct PlainText {
    std::string& out;

    void operator()(std::monostate) const { out += "null"; }
    void operator()(bool value) const { out += value ? "true" : "false"; }
    void operator()(std::int64_t value) const { out += std::to_string(value); }
    void operator()(double value) const {
        if (std::isfinite(value))
            out += fmt::format("{}", value);
        else
            append_quoted(fmt::format("{}", value), out);
    }
    void operator()(const std::string& value) const { append_quoted(value, out); }
    void operator()(const OtlpBytes& value) const {
        append_quoted(base64_encode(value.bytes), out);
    }
    void operator()(const OtlpArray& values) const {
        out += '[';
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (i > 0) out += ',';
            append_plain(values[i], out);
        }
        out += ']';
    }
    void operator()(const OtlpAttributes& members) const {
        out += '{';
        for (std::size_t i = 0; i < members.size(); ++i) {
            if (i > 0) out += ',';
            append_quoted(members[i].key, out);
            out += ':';
            append_plain(members[i].value, out);
        }
        out += '}';
    }
};

void append_plain(const OtlpValue& value, std::string& out) { std::visit(PlainText{out}, value); }

/// Writes type and value of a tag.
struct TagText {
    JsonText& json;

    void text(std::string_view type, std::string_view value) const {
        json.text("type", type);
        json.text("value", value);
    }
    void operator()(std::monostate) const { text("string", ""); }
    void operator()(bool value) const {
        json.text("type", "bool");
        json.boolean("value", value);
    }
    void operator()(std::int64_t value) const {
        constexpr std::int64_t exact_max = 9007199254740991;  // 2^53 - 1
        if (value > exact_max || value < -exact_max) return text("int64", std::to_string(value));
        json.text("type", "int64");
        json.integer("value", value);
    }
    void operator()(double value) const {
        json.text("type", "float64");
        append_plain(value, json.value_of("value"));
    }
    void operator()(const std::string& value) const { text("string", value); }
    void operator()(const OtlpBytes& value) const { text("binary", base64_encode(value.bytes)); }
    void operator()(const OtlpArray& values) const { nested(values); }
    void operator()(const OtlpAttributes& members) const { nested(members); }

    template <class Nested>
    void nested(const Nested& value) const {
        std::string all;
        PlainText{all}(value);
        text("string", all);
    }
};

void write_tag(JsonText& json, std::string_view key, const OtlpValue& value) {
    json.open();
    json.text("key", key);
    std::visit(TagText{json}, value);
    json.close();
}

void write_tags(JsonText& json, const OtlpAttributes& attributes) {
    for (const OtlpAttribute& each : attributes) write_tag(json, each.key, each.value);
}

void write_text_tag(JsonText& json, std::string_view key, const std::string& value) {
    if (!value.empty()) write_tag(json, key, OtlpValue(value));
}

/// Tags of what Jaeger's model has no member for.
void write_made_tags(JsonText& json, const OtlpSpan& span, const OtlpScope& scope) {
    write_text_tag(json, "otel.scope.name", scope.name);
    write_text_tag(json, "otel.scope.version", scope.version);
    std::string kind(to_text(span.kind));
    for (char& c : kind) c = to_lower_ascii(c);
    if (span.kind != OtlpKind::unspecified) write_text_tag(json, "span.kind", kind);
    if (span.status != OtlpStatus::unset)
        write_text_tag(json, "otel.status_code", std::string(to_text(span.status)));
    if (span.status == OtlpStatus::error) write_tag(json, "error", OtlpValue(true));
    write_text_tag(json, "otel.status_description", span.status_message);
    write_text_tag(json, "w3c.tracestate", span.trace_state);
}

void write_reference(JsonText& json, std::string_view type, std::string_view trace,
                     std::string_view span) {
    json.open();
    json.text("refType", type);
    json.text("traceID", trace);
    json.text("spanID", span);
    json.close();
}

void write_references(JsonText& json, const OtlpSpan& span) {
    json.open_list("references");
    if (!span.parent_id.is_none())
        write_reference(json, "CHILD_OF", to_hex(span.trace_id), to_hex(span.parent_id));
    for (const OtlpLink& link : span.links)
        write_reference(json, "FOLLOWS_FROM", hex_encode(link.trace_id), hex_encode(link.span_id));
    json.close_list();
}

void write_logs(JsonText& json, const OtlpSpan& span) {
    json.open_list("logs");
    for (const OtlpEvent& event : span.events) {
        json.open();
        json.integer("timestamp", event.time.ns / ns_per_us);
        json.open_list("fields");
        write_text_tag(json, "event", event.name);
        write_tags(json, event.attributes);
        json.close_list();
        json.close();
    }
    json.close_list();
}

void write_warnings(JsonText& json, std::string_view warning) {
    if (warning.empty()) return json.raw("warnings", "null");
    json.open_list("warnings");
    json.element(warning);
    json.close_list();
}

void write_span(JsonText& json, const OtlpTrace& trace, const OtlpTrace::Row& row) {
    constexpr std::uint32_t w3c_flags = 0xff;
    const OtlpSpan& span = row.span;
    json.open();
    json.text("traceID", to_hex(span.trace_id));
    json.text("spanID", to_hex(span.id));
    json.integer("flags", span.flags & w3c_flags);
    json.text("operationName", span.name);
    write_references(json, span);
    json.integer("startTime", span.start.ns / ns_per_us);
    const Duration duration = span.end.value_or(span.start) - span.start;
    json.integer("duration", std::max<std::int64_t>(duration.ns, 0) / ns_per_us);
    json.open_list("tags");
    write_made_tags(json, span, trace.scope_of(row));
    write_tags(json, span.attributes);
    json.close_list();
    write_logs(json, span);
    json.text("processID", fmt::format("p{}", row.resource + 1));
    write_warnings(json, span.end ? "" : "the span has not ended");
    json.close();
}

void write_processes(JsonText& json, const OtlpTrace& trace) {
    json.open("processes");
    for (std::size_t i = 0; i < trace.resources().size(); ++i) {
        const OtlpResource& resource = trace.resources()[i];
        json.open(fmt::format("p{}", i + 1));
        json.text("serviceName", service_of(resource));
        json.open_list("tags");
        for (const OtlpAttribute& each : resource.attributes)
            if (each.key != "service.name") write_tag(json, each.key, each.value);
        json.close_list();
        json.close();
    }
    json.close();
}

}  // namespace

std::string service_of(const OtlpResource& resource) {
    const OtlpValue* name = find_attribute(resource.attributes, "service.name");
    const auto* text = name == nullptr ? nullptr : std::get_if<std::string>(name);
    return text == nullptr ? std::string(unknown_service_name) : *text;
}

void append_jaeger_trace(const OtlpTrace& trace, bool is_partial, std::string& out) {
    JsonText json;
    json.open();
    json.text("traceID", trace.rows().empty() ? "" : to_hex(trace.rows()[0].span.trace_id));
    json.open_list("spans");
    for (const OtlpTrace::Row& row : trace.rows()) write_span(json, trace, row);
    json.close_list();
    write_processes(json, trace);
    write_warnings(json, is_partial ? "spans of the trace are missing: it was too large" : "");
    json.close();
    out += std::move(json).take();
}

}  // namespace tomograph
