#include "wire/otlp/span_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "wire/json/escapes.h"
#include "wire/json/json_text.h"

namespace tomograph {
namespace {

std::string_view kind_text(OtlpKind kind) {
    switch (kind) {
        case OtlpKind::internal:
            return "INTERNAL";
        case OtlpKind::server:
            return "SERVER";
        case OtlpKind::client:
            return "CLIENT";
    }
    return "INTERNAL";
}

void append(bool value, std::string& out) { out += value ? "true" : "false"; }
void append(std::int64_t value, std::string& out) { out += std::to_string(value); }
void append(double value, std::string& out) {
    out += std::isfinite(value) ? fmt::format("{}", value) : "0";
}
void append(const std::string& value, std::string& out) { append_quoted(value, out); }
void append(const std::vector<std::string>& values, std::string& out) {
    out += '[';
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (i > 0) out += ',';
        append_quoted(values[i], out);
    }
    out += ']';
}

void write_attributes(JsonText& json, const OtlpAttributes& attributes) {
    json.open("attributes");
    for (const OtlpAttribute& each : attributes) {
        std::string& out = json.value_of(each.key);
        std::visit([&out](const auto& value) { append(value, out); }, each.value);
    }
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
        json.close();
    }
    json.close_list();
}

void write_links(JsonText& json, const std::vector<OtlpLink>& links) {
    if (links.empty()) return;
    json.open_list("links");
    for (const OtlpLink& link : links) {
        json.open();
        json.text("traceId", to_hex(link.trace_id));
        json.text("spanId", to_hex(link.span_id));
        write_attributes(json, link.attributes);
        json.close();
    }
    json.close_list();
}

std::string write(const OtlpSpan& span, const OtlpAttributes& resource, std::int64_t dropped) {
    JsonText json;
    json.open();
    json.open("resource");
    write_attributes(json, resource);
    json.close();
    json.text("traceId", to_hex(span.trace_id));
    json.text("spanId", to_hex(span.id));
    if (!span.parent_id.is_none()) json.text("parentSpanId", to_hex(span.parent_id));
    json.integer("flags", span.flags);
    json.text("name", span.name);
    json.text("kind", kind_text(span.kind));
    write_times(json, span);
    write_attributes(json, span.attributes);
    if (dropped > 0) json.integer("droppedAttributesCount", dropped);
    write_events(json, span.events);
    write_links(json, span.links);
    json.open("status");
    json.text("code", span.status == OtlpStatus::error ? "ERROR" : "UNSET");
    if (!span.status_message.empty()) json.text("message", span.status_message);
    json.close();
    json.close();
    return std::move(json).take();
}

/// At least what a value takes in the record: escapes and the digits of numbers come on top.
std::size_t size_of(const OtlpValue& value) {
    constexpr std::size_t quotes = 2;
    if (const auto* text = std::get_if<std::string>(&value)) return text->size() + quotes;
    std::size_t size = 1;
    if (const auto* texts = std::get_if<std::vector<std::string>>(&value))
        for (const std::string& text : *texts) size += text.size() + quotes + 1;
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
    std::int64_t drop(std::size_t bytes) {
        std::stable_sort(entries_.begin(), entries_.end(),
                         [](const Entry& a, const Entry& b) { return a.size > b.size; });
        std::int64_t dropped = 0;
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
std::string cut(OtlpSpan span, OtlpAttributes resource, std::size_t excess) {
    Droppable droppable;
    droppable.add(span.attributes);
    droppable.add(resource);
    for (OtlpEvent& event : span.events) droppable.add(event.attributes);
    for (OtlpLink& link : span.links) droppable.add(link.attributes);
    const std::int64_t dropped = droppable.drop(excess + dropped_member_bytes);
    return write(span, resource, dropped);
}

}  // namespace

std::string span_record(const OtlpSpan& span, const OtlpAttributes& resource,
                        std::size_t bytes_max) {
    std::string record = write(span, resource, 0);
    if (record.size() <= bytes_max) return record;
    return cut(span, resource, record.size() - bytes_max);
}

}  // namespace tomograph
