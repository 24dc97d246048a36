#include "wire/otlp/trace_request.h"

#include <fmt/format.h>

#include "wire/limits.h"
#include "wire/otlp/message_budget.h"
#include "wire/otlp/wire_reader.h"

namespace tomograph {
namespace {

/// Whether there is room for another piece of a resource or a scope: they may come in several.
template <class Thing>
bool has_room(std::string_view message, Thing& thing) {
    thing.bytes += message.size();
    thing.is_oversized = thing.bytes > otlp_resource_bytes_max;
    return !thing.is_oversized;
}

void read_resource(std::string_view message, WireResource& resource) {
    if (!has_room(message, resource)) return;
    WireReader reader(message);
    while (reader.next()) {
        if (reader.tag() == 1)
            resource.attributes.read(reader.view());
        else if (reader.tag() == 2)
            resource.dropped_attributes = reader.uint32();
        else
            reader.skip();
    }
}

void read_scope(std::string_view message, WireScope& scope) {
    if (!has_room(message, scope)) return;
    WireReader reader(message);
    while (reader.next()) {
        switch (reader.tag()) {
            case 1:
                scope.name = reader.view();
                break;
            case 2:
                scope.version = reader.view();
                break;
            case 3:
                scope.attributes.read(reader.view());
                break;
            case 4:
                scope.dropped_attributes = reader.uint32();
                break;
            default:
                reader.skip();
        }
    }
}

}  // namespace

WireResource read_resource_of(std::string_view message) {
    WireResource resource;
    for (WireReader reader(message); reader.next();) {
        if (reader.tag() == 1)
            read_resource(reader.view(), resource);
        else if (reader.tag() == 3)
            resource.schema_url = reader.view();
        else
            reader.skip();
    }
    return resource;
}

WireScope read_scope_of(std::string_view message) {
    WireScope scope;
    for (WireReader reader(message); reader.next();) {
        if (reader.tag() == 1)
            read_scope(reader.view(), scope);
        else if (reader.tag() == 3)
            scope.schema_url = reader.view();
        else
            reader.skip();
    }
    return scope;
}

namespace {

void read_event(std::string_view message, WireEvent& event) {
    WireReader reader(message);
    while (reader.next()) {
        switch (reader.tag()) {
            case 1:
                event.time = {static_cast<std::int64_t>(reader.fixed64())};
                break;
            case 2:
                event.name = reader.view();
                break;
            case 3:
                event.attributes.read(reader.view());
                break;
            case 4:
                event.dropped_attributes = reader.uint32();
                break;
            default:
                reader.skip();
        }
    }
}

void read_link(std::string_view message, WireLink& link) {
    WireReader reader(message);
    while (reader.next()) {
        switch (reader.tag()) {
            case 1:
                link.trace_id = reader.view();
                break;
            case 2:
                link.span_id = reader.view();
                break;
            case 3:
                link.trace_state = reader.view();
                break;
            case 4:
                link.attributes.read(reader.view());
                break;
            case 5:
                link.dropped_attributes = reader.uint32();
                break;
            case 6:
                link.flags = reader.fixed32();
                break;
            default:
                reader.skip();
        }
    }
}

void read_status(std::string_view message, WireSpan& span) {
    WireReader reader(message);
    while (reader.next()) {
        if (reader.tag() == 2)
            span.status_message = reader.view();
        else if (reader.tag() == 3)
            span.status_code = reader.uint32();
        else
            reader.skip();
    }
}

void read_ids(std::string_view message, WireSpan& span) {
    WireReader reader(message);
    while (reader.next()) {
        if (reader.tag() == 1)
            span.trace_id = reader.view();
        else if (reader.tag() == 2)
            span.span_id = reader.view();
        else
            reader.skip();
    }
}

void refuse_rest(WireSpan& span) { span.is_oversized = true; }

void read_span(std::string_view message, WireSpan& span) {
    span.is_oversized = message.size() > otlp_span_bytes_max;
    if (span.is_oversized) return read_ids(message, span);
    WireReader reader(message);
    while (reader.next()) {
        switch (reader.tag()) {
            case 1:
                span.trace_id = reader.view();
                break;
            case 2:
                span.span_id = reader.view();
                break;
            case 3:
                span.trace_state = reader.view();
                break;
            case 4:
                span.parent_span_id = reader.view();
                break;
            case 5:
                span.name = reader.view();
                break;
            case 6:
                span.kind = reader.uint32();
                break;
            case 7:
                span.start_ns = reader.fixed64();
                break;
            case 8:
                span.end_ns = reader.fixed64();
                break;
            case 9:
                span.attributes.read(reader.view());
                break;
            case 10:
                span.dropped_attributes = reader.uint32();
                break;
            case 11:
                if (span.events.size() == otlp_events_max) return refuse_rest(span);
                read_event(reader.view(), span.events.emplace_back());
                break;
            case 12:
                span.dropped_events = reader.uint32();
                break;
            case 13:
                if (span.links.size() == otlp_events_max) return refuse_rest(span);
                read_link(reader.view(), span.links.emplace_back());
                break;
            case 14:
                span.dropped_links = reader.uint32();
                break;
            case 15:
                read_status(reader.view(), span);
                break;
            case 16:
                span.flags = reader.fixed32();
                break;
            default:
                reader.skip();
        }
    }
}

constexpr std::uint32_t scope_spans_tag = 2;
/// As the protocol was until 0.15: the same shape under another number.
constexpr std::uint32_t library_spans_tag = 1000;

class RequestReader {
 public:
    explicit RequestReader(SpanSink& sink) : sink_(sink) {}

    Result<void> read(std::string_view bytes) {
        for (WireReader reader(bytes); !budget_.is_spent() && reader.next();) {
            if (reader.tag() == 1)
                read_resource_spans(reader.view());
            else
                reader.skip();
        }
        return budget_.verdict();
    }

 private:
    void read_resource_spans(std::string_view message) {
        budget_.spend();
        const WireResource resource = read_resource_of(message);
        for (WireReader reader(message); !budget_.is_spent() && reader.next();) {
            if (reader.tag() == scope_spans_tag || reader.tag() == library_spans_tag)
                read_scope_spans(reader.view(), resource);
            else
                reader.skip();
        }
    }

    void read_scope_spans(std::string_view message, const WireResource& resource) {
        budget_.spend();
        const WireScope scope = read_scope_of(message);
        sink_.begin(resource, scope);
        for (WireReader reader(message); !budget_.is_spent() && reader.next();) {
            if (reader.tag() != 2) {
                reader.skip();
                continue;
            }
            budget_.spend();
            span_.clear();
            read_span(reader.view(), span_);
            sink_.take(span_);
        }
    }

    SpanSink& sink_;
    MessageBudget budget_;
    WireSpan span_;
};

std::uint64_t big_endian(std::string_view bytes) {
    std::uint64_t value = 0;
    for (const char byte : bytes) value = value << 8 | static_cast<std::uint8_t>(byte);
    return value;
}

}  // namespace

void WireSpan::clear() {
    static_cast<WireSpanFields&>(*this) = {};
    attributes.clear();
    events.clear();
    links.clear();
}

Result<void> read_trace_request(std::string_view bytes, SpanSink& sink) {
    try {
        return RequestReader(sink).read(bytes);
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
