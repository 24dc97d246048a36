#include "wire/otlp/span_documents.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/hash.h"
#include "wire/hex.h"
#include "wire/json/json_text.h"
#include "wire/json/number.h"
#include "wire/json/utf8.h"
#include "wire/otlp/attribute_lookup.h"
#include "wire/otlp/span_blocks.h"
#include "wire/otlp/span_names.h"
#include "wire/xray/service_name.h"

namespace tomograph {
namespace {

struct Ids {
    TraceId trace;
    SpanId span;
    SpanId parent;  ///< none for a root
};

struct Times {
    std::int64_t start = 0;
    std::int64_t end = 0;
};

Result<Ids> ids_of(const WireSpan& span) {
    Ids ids;
    ids.trace = TRY(read_trace_id(span.trace_id));
    ids.span = TRY(read_span_id(span.span_id));
    // All zeros, too, is how some say that there is no parent.
    const bool has_parent = std::any_of(span.parent_span_id.begin(), span.parent_span_id.end(),
                                        [](char byte) { return byte != 0; });
    if (has_parent) ids.parent = TRY(read_span_id(span.parent_span_id));
    return ids;
}

Result<Times> times_of(const WireSpan& span) {
    constexpr auto ns_max = static_cast<std::uint64_t>(INT64_MAX);
    if (span.start_ns == 0 || span.start_ns > ns_max)
        return Error(ErrorCode::invalid, fmt::format("start_time_unix_nano is {}", span.start_ns));
    const std::uint64_t end = std::clamp(span.end_ns, span.start_ns, ns_max);
    return Times{static_cast<std::int64_t>(span.start_ns), static_cast<std::int64_t>(end)};
}

/// The id of the segment around a call that no work is known around: the same whenever the span
/// comes again.
SpanId segment_id(const Ids& ids) {
    const std::uint64_t derived = mix64(ids.span.value ^ mix64(ids.trace.low));
    return {derived == 0 || derived == ids.span.value ? derived + 1 : derived};
}

std::string clean(std::string_view name) {
    std::string valid;
    std::string scratch;
    const std::string_view cleaned = clean_name(as_utf8(name, valid), scratch);
    return cleaned.empty() ? "span" : std::string(cleaned);
}

void write_time(JsonText& json, std::string_view name, std::int64_t ns) {
    constexpr int nanoseconds = 9;
    append_scaled_decimal(ns, nanoseconds, json.value_of(name));
}

void write_count(JsonText& json, std::string_view name, std::uint32_t count) {
    if (count > 0) json.integer(name, count);
}

void write_text(JsonText& json, std::string_view name, std::string_view text) {
    if (!text.empty()) append_quoted_text(text, json.value_of(name));
}

void write_kind(JsonText& json, const WireSpan& span) {
    constexpr std::array<std::string_view, 6> names = {"UNSPECIFIED", "INTERNAL", "SERVER",
                                                       "CLIENT",      "PRODUCER", "CONSUMER"};
    if (span.kind < names.size())
        json.text("kind", names[span.kind]);
    else
        json.integer("kind", span.kind);
}

void write_scalars(JsonText& json, const WireSpan& span) {
    std::string scratch;
    json.open("annotations");
    for (const WireAttribute& each : span.attributes)
        if (each.value.is_scalar())
            append_json(each.value, json.value_of(as_utf8(each.key, scratch)));
    json.close();
}

void write_other_attributes(JsonText& json, const WireSpan& span) {
    WireAttributes others;
    for (const WireAttribute& each : span.attributes)
        if (!each.value.is_scalar()) others.push_back(each);
    if (!others.empty()) append_json(others, json.value_of("attributes"));
    write_count(json, "dropped_attributes", span.dropped_attributes);
}

void write_events(JsonText& json, const WireSpan& span) {
    if (!span.events.empty()) {
        json.open_list("events");
        for (const WireEvent& event : span.events) {
            json.open();
            write_time(json, "time", event.time.ns);
            write_text(json, "name", event.name);
            if (!event.attributes.empty())
                append_json(event.attributes, json.value_of("attributes"));
            write_count(json, "dropped_attributes", event.dropped_attributes);
            json.close();
        }
        json.close_list();
    }
    write_count(json, "dropped_events", span.dropped_events);
}

void write_wire_links(JsonText& json, const WireSpan& span) {
    if (!span.links.empty()) {
        json.open_list("links");
        for (const WireLink& link : span.links) {
            json.open();
            json.text("trace_id", hex_encode(link.trace_id));
            json.text("span_id", hex_encode(link.span_id));
            write_text(json, "trace_state", link.trace_state);
            if (!link.attributes.empty()) append_json(link.attributes, json.value_of("attributes"));
            write_count(json, "dropped_attributes", link.dropped_attributes);
            write_count(json, "flags", link.flags);
            json.close();
        }
        json.close_list();
    }
    write_count(json, "dropped_links", span.dropped_links);
}

void write_status(JsonText& json, const WireSpan& span) {
    if (span.status_code == 0 && span.status_message.empty()) return;
    json.open("status");
    json.integer("code", span.status_code);
    write_text(json, "message", span.status_message);
    json.close();
}

std::string resource_json(const WireResource& resource) {
    JsonText json;
    json.open();
    append_json(resource.attributes, json.value_of("attributes"));
    write_count(json, "dropped_attributes", resource.dropped_attributes);
    write_text(json, "schema_url", resource.schema_url);
    json.close();
    return std::move(json).take();
}

std::string scope_json(const WireScope& scope) {
    JsonText json;
    json.open();
    write_text(json, "name", scope.name);
    write_text(json, "version", scope.version);
    if (!scope.attributes.empty()) append_json(scope.attributes, json.value_of("attributes"));
    write_count(json, "dropped_attributes", scope.dropped_attributes);
    write_text(json, "schema_url", scope.schema_url);
    json.close();
    return std::move(json).take();
}

/// Where the document begins: whose it is, and when.
void write_head(JsonText& json, const Ids& ids, const Times& times, SpanId id, SpanId parent,
                std::string_view name) {
    json.open();
    json.text("trace_id", to_xray_text(ids.trace));
    json.text("id", to_hex(id));
    if (!parent.is_none()) json.text("parent_id", to_hex(parent));
    json.text("name", clean(name));
    write_time(json, "start_time", times.start);
    write_time(json, "end_time", times.end);
}

void write_service(JsonText& json, const WireResource& resource) {
    const std::string_view origin = origin_of(resource);
    if (!origin.empty()) json.text("origin", origin);
    const std::string_view version =
        text_of(resource.attributes, {"service.version", "container.image.tag"});
    if (version.empty()) return;
    json.open("service");
    write_text(json, "version", version);
    json.close();
}

/// The segment that stands around a call.
std::string around(const Ids& ids, const Times& times, const WireSpan& span,
                   const WireResource& resource) {
    JsonText json;
    write_head(json, ids, times, segment_id(ids), ids.parent, service_name(span, resource));
    write_service(json, resource);
    write_outcome(json, span);
    write_aws(json, {}, resource, true);
    json.open("otel");
    write_text(json, "name", span.name);
    json.text("around", to_hex(ids.span));
    json.close();
    json.close();
    return std::move(json).take();
}

}  // namespace

void SpanDocuments::begin(const WireResource& resource, const WireScope& scope) {
    resource_json_ = resource_json(resource);
    scope_json_ = scope_json(scope);
}

Result<SpanDocuments::Pair> SpanDocuments::of(const WireSpan& span, const WireResource& resource) {
    const Ids ids = TRY(ids_of(span));
    const Times times = TRY(times_of(span));
    const SpanPart part = part_of(span);
    const bool is_segment = part == SpanPart::segment;
    const SpanId parent = part == SpanPart::segment_and_call ? segment_id(ids) : ids.parent;

    JsonText json;
    write_head(json, ids, times, ids.span, parent,
               is_segment ? service_name(span, resource) : call_name(span));
    if (!is_segment) {
        json.text("type", "subsegment");
        const CallNamespace place = call_namespace(span);
        if (place != CallNamespace::none)
            json.text("namespace", place == CallNamespace::aws ? "aws" : "remote");
    } else {
        write_service(json, resource);
    }
    write_text(json, "user", text_of(span.attributes, {"enduser.id", "user.id"}));
    write_outcome(json, span);
    write_http(json, span);
    write_sql(json, span);
    write_aws(json, span, resource, is_segment);
    write_cause(json, span, ids.span);
    write_links(json, span);
    write_scalars(json, span);
    json.open("otel");
    write_text(json, "name", span.name);
    write_kind(json, span);
    write_count(json, "flags", span.flags);
    write_text(json, "trace_state", span.trace_state);
    if (static_cast<std::uint64_t>(times.end) != span.end_ns)
        json.text("end", std::to_string(span.end_ns));
    write_other_attributes(json, span);
    write_events(json, span);
    write_wire_links(json, span);
    write_status(json, span);
    json.raw("resource", resource_json_);
    json.raw("scope", scope_json_);
    json.close();
    json.close();

    Pair pair{.first = std::move(json).take(), .second = {}};
    if (part == SpanPart::segment_and_call) pair.second = around(ids, times, span, resource);
    return pair;
}

}  // namespace tomograph
