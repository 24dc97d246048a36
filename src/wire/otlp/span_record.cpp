#include "wire/otlp/span_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/base64.h"
#include "wire/hex.h"
#include "wire/json/escapes.h"
#include "wire/json/json_text.h"

namespace tomograph {
namespace {

void append(const OtlpArray& values, std::string& out);
void append(const OtlpAttributes& members, std::string& out);

void append(std::monostate, std::string& out) { out += "null"; }
void append(bool value, std::string& out) { out += value ? "true" : "false"; }
void append(std::int64_t value, std::string& out) { out += std::to_string(value); }
void append(double value, std::string& out) {
    out += std::isfinite(value) ? fmt::format("{}", value) : "0";
}
void append(const std::string& value, std::string& out) { append_quoted(value, out); }
void append(const OtlpBytes& value, std::string& out) {
    append_quoted(base64_encode(value.bytes), out);
}
void append_value(const OtlpValue& value, std::string& out) {
    std::visit([&out](const auto& each) { append(each, out); }, value);
}
void append(const OtlpArray& values, std::string& out) {
    out += '[';
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (i > 0) out += ',';
        append_value(values[i], out);
    }
    out += ']';
}
void append(const OtlpAttributes& members, std::string& out) {
    out += '{';
    for (std::size_t i = 0; i < members.size(); ++i) {
        if (i > 0) out += ',';
        append_quoted(members[i].key, out);
        out += ':';
        append_value(members[i].value, out);
    }
    out += '}';
}

void write_attributes(JsonText& json, const OtlpAttributes& attributes) {
    append(attributes, json.value_of("attributes"));
}

void write_dropped(JsonText& json, std::uint32_t count) {
    if (count > 0) json.integer("droppedAttributesCount", count);
}

void write_text(JsonText& json, std::string_view key, std::string_view text) {
    if (!text.empty()) json.text(key, text);
}

/// A number that has no name here stands as it is.
template <class Named>
void write_name(JsonText& json, std::string_view key, Named value) {
    const std::string_view name = to_text(value);
    if (name.empty())
        json.integer(key, static_cast<std::int64_t>(value));
    else
        json.text(key, name);
}

void write_scope(JsonText& json, const OtlpScope& scope) {
    const bool is_empty = scope.name.empty() && scope.version.empty() && scope.attributes.empty() &&
                          scope.schema_url.empty();
    if (is_empty) return;
    json.open("scope");
    write_text(json, "name", scope.name);
    write_text(json, "version", scope.version);
    if (!scope.attributes.empty()) write_attributes(json, scope.attributes);
    write_dropped(json, scope.dropped_attributes);
    write_text(json, "schemaUrl", scope.schema_url);
    json.close();
}

void write_times(JsonText& json, const OtlpSpan& span) {
    json.integer("startTimeUnixNano", span.start.ns);
    if (!span.end) return;
    json.integer("endTimeUnixNano", span.end->ns);
    json.integer("durationNano", (*span.end - span.start).ns);
}

void write_events(JsonText& json, const std::vector<OtlpEvent>& events) {
    if (events.empty()) return;
    json.open_list("events");
    for (const OtlpEvent& event : events) {
        json.open();
        json.integer("timeUnixNano", event.time.ns);
        json.text("name", event.name);
        write_attributes(json, event.attributes);
        write_dropped(json, event.dropped_attributes);
        json.close();
    }
    json.close_list();
}

void write_links(JsonText& json, const std::vector<OtlpLink>& links) {
    if (links.empty()) return;
    json.open_list("links");
    for (const OtlpLink& link : links) {
        json.open();
        json.text("traceId", hex_encode(link.trace_id));
        json.text("spanId", hex_encode(link.span_id));
        write_text(json, "traceState", link.trace_state);
        if (link.flags > 0) json.integer("flags", link.flags);
        write_attributes(json, link.attributes);
        write_dropped(json, link.dropped_attributes);
        json.close();
    }
    json.close_list();
}

std::string write(const OtlpSpan& span, const OtlpResource& resource, const OtlpScope& scope) {
    JsonText json;
    json.open();
    json.open("resource");
    write_attributes(json, resource.attributes);
    write_dropped(json, resource.dropped_attributes);
    write_text(json, "schemaUrl", resource.schema_url);
    json.close();
    write_scope(json, scope);
    json.text("traceId", to_hex(span.trace_id));
    json.text("spanId", to_hex(span.id));
    if (!span.parent_id.is_none()) json.text("parentSpanId", to_hex(span.parent_id));
    write_text(json, "traceState", span.trace_state);
    json.integer("flags", span.flags);
    json.text("name", span.name);
    write_name(json, "kind", span.kind);
    write_times(json, span);
    write_attributes(json, span.attributes);
    write_dropped(json, span.dropped_attributes);
    write_events(json, span.events);
    if (span.dropped_events > 0) json.integer("droppedEventsCount", span.dropped_events);
    write_links(json, span.links);
    if (span.dropped_links > 0) json.integer("droppedLinksCount", span.dropped_links);
    json.open("status");
    write_name(json, "code", span.status);
    write_text(json, "message", span.status_message);
    json.close();
    json.close();
    return std::move(json).take();
}

std::size_t size_of(const OtlpAttribute& attribute);

/// At least what a value takes in the record: escapes and the digits of numbers come on top.
std::size_t size_of(const OtlpValue& value) {
    constexpr std::size_t quotes = 2;
    if (const auto* text = std::get_if<std::string>(&value)) return text->size() + quotes;
    if (const auto* bytes = std::get_if<OtlpBytes>(&value)) return bytes->bytes.size() + quotes;
    std::size_t size = 1;
    if (const auto* array = std::get_if<OtlpArray>(&value))
        for (const OtlpValue& each : *array) size += size_of(each) + 1;
    if (const auto* map = std::get_if<OtlpAttributes>(&value))
        for (const OtlpAttribute& each : *map) size += size_of(each);
    return size;
}

std::size_t size_of(const OtlpAttribute& attribute) {
    constexpr std::size_t punctuation = 4;  // "":,
    return attribute.key.size() + punctuation + size_of(attribute.value);
}

/// The attributes of a span, its events, links and resource that may be left out.
class Droppable {
 public:
    void add(OtlpAttributes& attributes) {
        lists_.push_back({.of = &attributes, .is_dropped = std::vector<bool>(attributes.size())});
        for (std::size_t i = 0; i < attributes.size(); ++i)
            entries_.push_back(
                {.list = lists_.size() - 1, .index = i, .size = size_of(attributes[i])});
    }

    /// Leaves out the longest, until they were at least so many bytes or none is left. How many.
    std::uint32_t drop(std::size_t bytes) {
        std::stable_sort(entries_.begin(), entries_.end(),
                         [](const Entry& a, const Entry& b) { return a.size > b.size; });
        std::uint32_t dropped = 0;
        std::size_t gone = 0;
        for (const Entry& entry : entries_) {
            if (gone >= bytes) break;
            lists_[entry.list].is_dropped[entry.index] = true;
            gone += entry.size;
            ++dropped;
        }
        for (const List& list : lists_) {
            std::size_t index = 0;
            std::erase_if(*list.of, [&](const OtlpAttribute&) { return list.is_dropped[index++]; });
        }
        return dropped;
    }

 private:
    struct List {
        OtlpAttributes* of = nullptr;
        std::vector<bool> is_dropped;
    };
    struct Entry {
        std::size_t list = 0;
        std::size_t index = 0;
        std::size_t size = 0;  ///< see size_of()
    };

    std::vector<List> lists_;
    std::vector<Entry> entries_;
};

/// `"droppedAttributesCount":` with a number and a comma.
constexpr std::size_t dropped_member_bytes = 48;

/// excess  bytes of the record that are too many
std::string cut(OtlpSpan span, OtlpResource resource, const OtlpScope& scope, std::size_t excess) {
    Droppable droppable;
    droppable.add(span.attributes);
    droppable.add(resource.attributes);
    for (OtlpEvent& event : span.events) droppable.add(event.attributes);
    for (OtlpLink& link : span.links) droppable.add(link.attributes);
    span.dropped_attributes += droppable.drop(excess + dropped_member_bytes);
    return write(span, resource, scope);
}

}  // namespace

std::string span_record(const OtlpSpan& span, const OtlpResource& resource, const OtlpScope& scope,
                        std::size_t bytes_max) {
    std::string record = write(span, resource, scope);
    if (record.size() <= bytes_max) return record;
    return cut(span, resource, scope, record.size() - bytes_max);
}

}  // namespace tomograph
