#include <protozero/pbf_writer.hpp>

#include "wire/otlp/otlp_trace.h"

namespace tomograph {
namespace {

using Writer = protozero::pbf_writer;

/// A message in which nothing was written is taken back by its writer: one that must stand.
void write_empty(Writer& out, std::uint32_t tag) { out.add_message(tag, std::string()); }

void write_value(Writer& out, const OtlpValue& value);

void write_attribute(Writer& out, std::uint32_t tag, const OtlpAttribute& attribute) {
    Writer message(out, tag);
    message.add_string(1, attribute.key);
    Writer value(message, 2);
    write_value(value, attribute.value);
}

void write_attributes(Writer& out, std::uint32_t tag, const OtlpAttributes& attributes) {
    for (const OtlpAttribute& each : attributes) write_attribute(out, tag, each);
}

/// Writes the field of an AnyValue that the value stands in.
struct ValueWriter {
    Writer& out;

    void operator()(std::monostate) const {}
    void operator()(bool value) const { out.add_bool(2, value); }
    void operator()(std::int64_t value) const { out.add_int64(3, value); }
    void operator()(double value) const { out.add_double(4, value); }
    void operator()(const std::string& value) const { out.add_string(1, value); }
    void operator()(const OtlpBytes& value) const { out.add_bytes(7, value.bytes); }
    void operator()(const OtlpArray& values) const {
        if (values.empty()) return write_empty(out, 5);
        Writer array(out, 5);
        for (const OtlpValue& each : values) {
            if (std::holds_alternative<std::monostate>(each)) {
                write_empty(array, 1);
                continue;
            }
            Writer value(array, 1);
            write_value(value, each);
        }
    }
    void operator()(const OtlpAttributes& members) const {
        if (members.empty()) return write_empty(out, 6);
        Writer map(out, 6);
        write_attributes(map, 1, members);
    }
};

void write_value(Writer& out, const OtlpValue& value) { std::visit(ValueWriter{out}, value); }

void write_text(Writer& out, std::uint32_t tag, const std::string& text) {
    if (!text.empty()) out.add_string(tag, text);
}

void write_count(Writer& out, std::uint32_t tag, std::uint32_t count) {
    if (count > 0) out.add_uint32(tag, count);
}

void write_time(Writer& out, std::uint32_t tag, Instant time) {
    if (time.ns != 0) out.add_fixed64(tag, static_cast<std::uint64_t>(time.ns));
}

void write_event(Writer& span, const OtlpEvent& event) {
    const bool is_empty = event.time == Instant{} && event.name.empty() &&
                          event.attributes.empty() && event.dropped_attributes == 0;
    if (is_empty) return write_empty(span, 11);
    Writer out(span, 11);
    write_time(out, 1, event.time);
    write_text(out, 2, event.name);
    write_attributes(out, 3, event.attributes);
    write_count(out, 4, event.dropped_attributes);
}

void write_link(Writer out, const OtlpLink& link) {
    out.add_bytes(1, link.trace_id);
    out.add_bytes(2, link.span_id);
    write_text(out, 3, link.trace_state);
    write_attributes(out, 4, link.attributes);
    write_count(out, 5, link.dropped_attributes);
    if (link.flags != 0) out.add_fixed32(6, link.flags);
}

void write_status(Writer& out, const OtlpSpan& span) {
    if (span.status == OtlpStatus::unset && span.status_message.empty()) return;
    Writer status(out, 15);
    write_text(status, 2, span.status_message);
    status.add_enum(3, static_cast<std::int32_t>(span.status));
}

void write_span(Writer out, const OtlpSpan& span) {
    out.add_bytes(1, id_bytes(span.trace_id));
    out.add_bytes(2, id_bytes(span.id));
    write_text(out, 3, span.trace_state);
    if (!span.parent_id.is_none()) out.add_bytes(4, id_bytes(span.parent_id));
    write_text(out, 5, span.name);
    if (span.kind != OtlpKind::unspecified) out.add_enum(6, static_cast<std::int32_t>(span.kind));
    write_time(out, 7, span.start);
    write_time(out, 8, span.end.value_or(Instant{}));
    write_attributes(out, 9, span.attributes);
    write_count(out, 10, span.dropped_attributes);
    for (const OtlpEvent& event : span.events) write_event(out, event);
    write_count(out, 12, span.dropped_events);
    for (const OtlpLink& link : span.links) write_link(Writer(out, 13), link);
    write_count(out, 14, span.dropped_links);
    write_status(out, span);
    if (span.flags != 0) out.add_fixed32(16, span.flags);
}

void write_resource(Writer out, const OtlpResource& resource) {
    write_attributes(out, 1, resource.attributes);
    write_count(out, 2, resource.dropped_attributes);
}

void write_scope(Writer out, const OtlpScope& scope) {
    write_text(out, 1, scope.name);
    write_text(out, 2, scope.version);
    write_attributes(out, 3, scope.attributes);
    write_count(out, 4, scope.dropped_attributes);
}

/// The number of what has these bytes; `things` grows by what is new.
template <class Thing>
std::uint32_t number_of(std::string bytes, const Thing& thing, std::vector<Thing>& things,
                        std::map<std::string, std::uint32_t>& numbers) {
    const auto next = static_cast<std::uint32_t>(things.size());
    const auto [place, is_new] = numbers.try_emplace(std::move(bytes), next);
    if (is_new) things.push_back(thing);
    return place->second;
}

}  // namespace

void OtlpTrace::add(OtlpSpan span, const OtlpResource& resource, const OtlpScope& scope) {
    constexpr std::uint32_t schema_url_tag = 15;
    std::string resource_bytes;
    write_resource(Writer(resource_bytes), resource);
    Writer(resource_bytes).add_string(schema_url_tag, resource.schema_url);
    std::string scope_bytes;
    write_scope(Writer(scope_bytes), scope);
    Writer(scope_bytes).add_string(schema_url_tag, scope.schema_url);
    rows_.push_back(
        {.span = std::move(span),
         .resource = number_of(std::move(resource_bytes), resource, resources_, resource_numbers_),
         .scope = number_of(std::move(scope_bytes), scope, scopes_, scope_numbers_)});
}

std::vector<OtlpTrace::Group> OtlpTrace::groups() const {
    std::vector<Group> groups;
    std::map<std::uint32_t, std::size_t> by_resource;
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::size_t> by_scope;
    for (std::uint32_t i = 0; i < rows_.size(); ++i) {
        const Row& row = rows_[i];
        const auto [group, is_new] = by_resource.try_emplace(row.resource, groups.size());
        if (is_new) groups.push_back({.resource = row.resource, .scopes = {}});
        std::vector<Group::Scope>& scopes = groups[group->second].scopes;
        const auto [scope, is_other] =
            by_scope.try_emplace({row.resource, row.scope}, scopes.size());
        if (is_other) scopes.push_back({.scope = row.scope, .rows = {}});
        scopes[scope->second].rows.push_back(i);
    }
    return groups;
}

std::string traces_data(const OtlpTrace& trace) {
    std::string bytes;
    Writer data(bytes);
    for (const OtlpTrace::Group& group : trace.groups()) {
        const OtlpResource& resource = trace.resources()[group.resource];
        Writer resource_spans(data, 1);
        write_resource(Writer(resource_spans, 1), resource);
        for (const OtlpTrace::Group::Scope& each : group.scopes) {
            const OtlpScope& scope = trace.scopes()[each.scope];
            Writer scope_spans(resource_spans, 2);
            write_scope(Writer(scope_spans, 1), scope);
            for (const std::uint32_t row : each.rows)
                write_span(Writer(scope_spans, 2), trace.rows()[row].span);
            write_text(scope_spans, 3, scope.schema_url);
        }
        write_text(resource_spans, 3, resource.schema_url);
    }
    return bytes;
}

}  // namespace tomograph
