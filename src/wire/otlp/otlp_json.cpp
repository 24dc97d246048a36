#include <fmt/format.h>

#include <cmath>

#include "base/base64.h"
#include "wire/hex.h"
#include "wire/json/escapes.h"
#include "wire/json/json_text.h"
#include "wire/otlp/otlp_trace.h"

namespace tomograph {
namespace {

void append_attributes(const OtlpAttributes& attributes, std::string& out) {
    out += '[';
    for (std::size_t i = 0; i < attributes.size(); ++i) {
        out += i > 0 ? R"(,{"key":)" : R"({"key":)";
        append_quoted(attributes[i].key, out);
        out += R"(,"value":)";
        append_any_value(attributes[i].value, out);
        out += '}';
    }
    out += ']';
}

/// Appends the one member of an AnyValue.
struct ValueText {
    std::string& out;

    void operator()(std::monostate) const {}
    void operator()(bool value) const {
        out += value ? R"("boolValue":true)" : R"("boolValue":false)";
    }
    void operator()(std::int64_t value) const { out += fmt::format(R"("intValue":"{}")", value); }
    void operator()(double value) const {
        out += R"("doubleValue":)";
        if (std::isfinite(value))
            out += fmt::format("{}", value);
        else
            out +=
                std::isnan(value) ? R"("NaN")" : (value > 0 ? R"("Infinity")" : R"("-Infinity")");
    }
    void operator()(const std::string& value) const {
        out += R"("stringValue":)";
        append_quoted(value, out);
    }
    void operator()(const OtlpBytes& value) const {
        out += R"("bytesValue":")" + base64_encode(value.bytes) + '"';
    }
    void operator()(const OtlpArray& values) const {
        out += R"("arrayValue":{"values":[)";
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (i > 0) out += ',';
            append_any_value(values[i], out);
        }
        out += "]}";
    }
    void operator()(const OtlpAttributes& members) const {
        out += R"("kvlistValue":{"values":)";
        append_attributes(members, out);
        out += '}';
    }
};

class TraceText {
 public:
    TraceText(const OtlpTrace& trace, OtlpJsonStyle style) : trace_(trace), style_(style) {}

    std::string write() && {
        std::string all = "[";
        for (const OtlpTrace::Group& group : trace_.groups()) {
            if (all.size() > 1) all += ',';
            all += resource_spans(group);
        }
        return all + "]";
    }

 private:
    std::string resource_spans(const OtlpTrace::Group& group) {
        const OtlpResource& resource = trace_.resources()[group.resource];
        JsonText json;
        json.open();
        json.open("resource");
        write_attributes(json, resource.attributes, resource.dropped_attributes);
        json.close();
        json.open_list("scopeSpans");
        for (const OtlpTrace::Group::Scope& each : group.scopes) {
            json.open();
            write_scope(json, trace_.scopes()[each.scope]);
            json.open_list("spans");
            for (const std::uint32_t row : each.rows) write_span(json, trace_.rows()[row].span);
            json.close_list();
            write_text(json, "schemaUrl", trace_.scopes()[each.scope].schema_url);
            json.close();
        }
        json.close_list();
        write_text(json, "schemaUrl", resource.schema_url);
        json.close();
        return std::move(json).take();
    }

    void write_scope(JsonText& json, const OtlpScope& scope) const {
        json.open("scope");
        write_text(json, "name", scope.name);
        write_text(json, "version", scope.version);
        write_attributes(json, scope.attributes, scope.dropped_attributes);
        json.close();
    }

    void write_span(JsonText& json, const OtlpSpan& span) const {
        json.open();
        write_id(json, "traceId", id_bytes(span.trace_id));
        write_id(json, "spanId", id_bytes(span.id));
        write_text(json, "traceState", span.trace_state);
        if (!span.parent_id.is_none()) write_id(json, "parentSpanId", id_bytes(span.parent_id));
        write_count(json, "flags", span.flags);
        write_text(json, "name", span.name);
        write_enumeration(json, "kind", "SPAN_KIND_", to_text(span.kind),
                          static_cast<std::uint32_t>(span.kind));
        write_time(json, "startTimeUnixNano", span.start);
        write_time(json, "endTimeUnixNano", span.end.value_or(Instant{}));
        write_attributes(json, span.attributes, span.dropped_attributes);
        write_events(json, span);
        write_links(json, span);
        json.open("status");
        write_text(json, "message", span.status_message);
        if (span.status != OtlpStatus::unset)
            write_enumeration(json, "code", "STATUS_CODE_", to_text(span.status),
                              static_cast<std::uint32_t>(span.status));
        json.close();
        json.close();
    }

    void write_events(JsonText& json, const OtlpSpan& span) const {
        if (!span.events.empty()) {
            json.open_list("events");
            for (const OtlpEvent& event : span.events) {
                json.open();
                write_time(json, "timeUnixNano", event.time);
                write_text(json, "name", event.name);
                write_attributes(json, event.attributes, event.dropped_attributes);
                json.close();
            }
            json.close_list();
        }
        write_count(json, "droppedEventsCount", span.dropped_events);
    }

    void write_links(JsonText& json, const OtlpSpan& span) const {
        if (!span.links.empty()) {
            json.open_list("links");
            for (const OtlpLink& link : span.links) {
                json.open();
                write_id(json, "traceId", link.trace_id);
                write_id(json, "spanId", link.span_id);
                write_text(json, "traceState", link.trace_state);
                write_attributes(json, link.attributes, link.dropped_attributes);
                write_count(json, "flags", link.flags);
                json.close();
            }
            json.close_list();
        }
        write_count(json, "droppedLinksCount", span.dropped_links);
    }

    static void write_attributes(JsonText& json, const OtlpAttributes& attributes,
                                 std::uint32_t dropped) {
        if (!attributes.empty()) append_attributes(attributes, json.value_of("attributes"));
        write_count(json, "droppedAttributesCount", dropped);
    }

    void write_id(JsonText& json, std::string_view key, std::string_view bytes) const {
        json.text(key, style_ == OtlpJsonStyle::otlp ? hex_encode(bytes) : base64_encode(bytes));
    }

    void write_enumeration(JsonText& json, std::string_view key, std::string_view prefix,
                           std::string_view name, std::uint32_t number) const {
        if (style_ == OtlpJsonStyle::otlp || name.empty())
            json.integer(key, number);
        else
            json.text(key, std::string(prefix) + std::string(name));
    }

    static void write_time(JsonText& json, std::string_view key, Instant time) {
        json.text(key, std::to_string(static_cast<std::uint64_t>(time.ns)));
    }
    static void write_text(JsonText& json, std::string_view key, std::string_view text) {
        if (!text.empty()) json.text(key, text);
    }
    static void write_count(JsonText& json, std::string_view key, std::uint32_t count) {
        if (count > 0) json.integer(key, count);
    }

    const OtlpTrace& trace_;
    OtlpJsonStyle style_;
};

}  // namespace

void append_any_value(const OtlpValue& value, std::string& out) {
    out += '{';
    std::visit(ValueText{out}, value);
    out += '}';
}

std::string resource_spans_json(const OtlpTrace& trace, OtlpJsonStyle style) {
    return TraceText(trace, style).write();
}

}  // namespace tomograph
