#include "wire/otlp/trace_request.h"

#include <fmt/format.h>

#include <protozero/pbf_reader.hpp>

namespace tomograph {
namespace {

std::string_view next_view(protozero::pbf_reader& reader) {
    const protozero::data_view data = reader.get_view();
    return {data.data(), data.size()};
}

protozero::pbf_reader reader_of(std::string_view message) {
    return {message.data(), message.size()};
}

void read_event(std::string_view message, WireEvent& event) {
    auto reader = reader_of(message);
    while (reader.next()) {
        switch (reader.tag()) {
            case 1:
                event.time = {static_cast<std::int64_t>(reader.get_fixed64())};
                break;
            case 2:
                event.name = next_view(reader);
                break;
            case 3:
                event.attributes.push_back(read_attribute(next_view(reader)));
                break;
            case 4:
                event.dropped_attributes = reader.get_uint32();
                break;
            default:
                reader.skip();
        }
    }
}

void read_link(std::string_view message, WireLink& link) {
    auto reader = reader_of(message);
    while (reader.next()) {
        switch (reader.tag()) {
            case 1:
                link.trace_id = next_view(reader);
                break;
            case 2:
                link.span_id = next_view(reader);
                break;
            case 3:
                link.trace_state = next_view(reader);
                break;
            case 4:
                link.attributes.push_back(read_attribute(next_view(reader)));
                break;
            case 5:
                link.dropped_attributes = reader.get_uint32();
                break;
            case 6:
                link.flags = reader.get_fixed32();
                break;
            default:
                reader.skip();
        }
    }
}

void read_status(std::string_view message, WireSpan& span) {
    auto reader = reader_of(message);
    while (reader.next()) {
        if (reader.tag() == 2)
            span.status_message = next_view(reader);
        else if (reader.tag() == 3)
            span.status_code = static_cast<std::uint32_t>(reader.get_enum());
        else
            reader.skip();
    }
}

void read_span(std::string_view message, WireSpan& span) {
    auto reader = reader_of(message);
    while (reader.next()) {
        switch (reader.tag()) {
            case 1:
                span.trace_id = next_view(reader);
                break;
            case 2:
                span.span_id = next_view(reader);
                break;
            case 3:
                span.trace_state = next_view(reader);
                break;
            case 4:
                span.parent_span_id = next_view(reader);
                break;
            case 5:
                span.name = next_view(reader);
                break;
            case 6:
                span.kind = static_cast<std::uint32_t>(reader.get_enum());
                break;
            case 7:
                span.start_ns = reader.get_fixed64();
                break;
            case 8:
                span.end_ns = reader.get_fixed64();
                break;
            case 9:
                span.attributes.push_back(read_attribute(next_view(reader)));
                break;
            case 10:
                span.dropped_attributes = reader.get_uint32();
                break;
            case 11:
                read_event(next_view(reader), span.events.emplace_back());
                break;
            case 12:
                span.dropped_events = reader.get_uint32();
                break;
            case 13:
                read_link(next_view(reader), span.links.emplace_back());
                break;
            case 14:
                span.dropped_links = reader.get_uint32();
                break;
            case 15:
                read_status(next_view(reader), span);
                break;
            case 16:
                span.flags = reader.get_fixed32();
                break;
            default:
                reader.skip();
        }
    }
}

void read_resource(std::string_view message, WireResource& resource) {
    auto reader = reader_of(message);
    while (reader.next()) {
        if (reader.tag() == 1)
            resource.attributes.push_back(read_attribute(next_view(reader)));
        else if (reader.tag() == 2)
            resource.dropped_attributes = reader.get_uint32();
        else
            reader.skip();
    }
}

void read_scope(std::string_view message, WireScope& scope) {
    auto reader = reader_of(message);
    while (reader.next()) {
        switch (reader.tag()) {
            case 1:
                scope.name = next_view(reader);
                break;
            case 2:
                scope.version = next_view(reader);
                break;
            case 3:
                scope.attributes.push_back(read_attribute(next_view(reader)));
                break;
            case 4:
                scope.dropped_attributes = reader.get_uint32();
                break;
            default:
                reader.skip();
        }
    }
}

constexpr std::uint32_t scope_spans_tag = 2;
/// As the protocol was until 0.15: the same shape under another number.
constexpr std::uint32_t library_spans_tag = 1000;

void read_scope_spans(std::string_view message, const WireResource& resource, SpanSink& sink) {
    // A scope may stand behind its spans.
    WireScope scope;
    for (auto reader = reader_of(message); reader.next();) {
        if (reader.tag() == 1)
            read_scope(next_view(reader), scope);
        else if (reader.tag() == 3)
            scope.schema_url = next_view(reader);
        else
            reader.skip();
    }
    sink.begin(resource, scope);
    for (auto reader = reader_of(message); reader.next();) {
        if (reader.tag() != 2) {
            reader.skip();
            continue;
        }
        WireSpan span;
        read_span(next_view(reader), span);
        sink.take(span);
    }
}

void read_resource_spans(std::string_view message, SpanSink& sink) {
    WireResource resource;
    for (auto reader = reader_of(message); reader.next();) {
        if (reader.tag() == 1)
            read_resource(next_view(reader), resource);
        else if (reader.tag() == 3)
            resource.schema_url = next_view(reader);
        else
            reader.skip();
    }
    for (auto reader = reader_of(message); reader.next();) {
        if (reader.tag() == scope_spans_tag || reader.tag() == library_spans_tag)
            read_scope_spans(next_view(reader), resource, sink);
        else
            reader.skip();
    }
}

std::uint64_t big_endian(std::string_view bytes) {
    std::uint64_t value = 0;
    for (const char byte : bytes) value = value << 8 | static_cast<std::uint8_t>(byte);
    return value;
}

}  // namespace

Result<void> read_trace_request(std::string_view bytes, SpanSink& sink) {
    try {
        for (auto reader = reader_of(bytes); reader.next();) {
            if (reader.tag() == 1)
                read_resource_spans(next_view(reader), sink);
            else
                reader.skip();
        }
        return {};
    } catch (const protozero::exception& broken) {
        return Error(ErrorCode::invalid,
                     fmt::format("not an ExportTraceServiceRequest: {}", broken.what()));
    }
}

Result<TraceId> read_trace_id(std::string_view bytes) {
    constexpr std::size_t half = 8;
    if (bytes.size() != 2 * half)
        return Error(ErrorCode::invalid,
                     fmt::format("trace_id has {} bytes, not 16", bytes.size()));
    const TraceId id{.high = big_endian(bytes.substr(0, half)),
                     .low = big_endian(bytes.substr(half))};
    if (id.is_zero()) return Error(ErrorCode::invalid, "trace_id is all zeros");
    return id;
}

Result<SpanId> read_span_id(std::string_view bytes) {
    constexpr std::size_t size = 8;
    if (bytes.size() != size)
        return Error(ErrorCode::invalid, fmt::format("span_id has {} bytes, not 8", bytes.size()));
    const SpanId id{big_endian(bytes)};
    if (id.is_none()) return Error(ErrorCode::invalid, "span_id is all zeros");
    return id;
}

}  // namespace tomograph
