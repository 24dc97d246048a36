#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/ids.h"
#include "wire/otlp/wire_value.h"

namespace tomograph {

// ExportTraceServiceRequest and TracesData, which are the same bytes (otlp.md §2): read in place.

/// A Resource with what stands around it, once for all of its spans.
struct WireResource {
    WireAttributes attributes;
    std::uint32_t dropped_attributes = 0;
    std::string_view schema_url;
    std::size_t bytes = 0;      ///< on the wire
    bool is_oversized = false;  ///< over otlp_resource_bytes_max: the rest was not read
};

struct WireScope {
    std::string_view name;
    std::string_view version;
    WireAttributes attributes;
    std::uint32_t dropped_attributes = 0;
    std::string_view schema_url;
    std::size_t bytes = 0;
    bool is_oversized = false;
};

// What a ResourceSpans, ResourceLogs or ResourceMetrics, and a ScopeSpans, ScopeLogs or
// ScopeMetrics, say of all that is in them: it may stand behind that. These throw
// protozero::exception where the bytes are no message.
WireResource read_resource_of(std::string_view message);
WireScope read_scope_of(std::string_view message);

struct WireEvent {
    Instant time;
    std::string_view name;
    WireAttributes attributes;
    std::uint32_t dropped_attributes = 0;
};

struct WireLink {
    std::string_view trace_id;  ///< 16 bytes when it is right
    std::string_view span_id;   ///< 8 bytes
    std::string_view trace_state;
    WireAttributes attributes;
    std::uint32_t dropped_attributes = 0;
    std::uint32_t flags = 0;
};

/// Numbers of the protocol.
enum class WireKind : std::uint32_t { unspecified, internal, server, client, producer, consumer };
inline constexpr std::uint32_t status_code_error = 2;
/// Bits of WireSpan::flags: whether it is known, and true, that the parent is another process's.
inline constexpr std::uint32_t flag_knows_remote = 0x100;
inline constexpr std::uint32_t flag_is_remote = 0x200;

/// What a span says once.
struct WireSpanFields {
    std::string_view trace_id;        ///< 16 bytes when it is right
    std::string_view span_id;         ///< 8 bytes
    std::string_view parent_span_id;  ///< 8 bytes, or none
    std::string_view trace_state;
    std::string_view name;
    std::uint32_t kind = 0;  ///< a WireKind, or a number that came later
    std::uint32_t flags = 0;
    std::uint64_t start_ns = 0;
    std::uint64_t end_ns = 0;
    std::uint32_t dropped_attributes = 0;
    std::uint32_t dropped_events = 0;
    std::uint32_t dropped_links = 0;
    std::uint32_t status_code = 0;
    std::string_view status_message;
    /// Over otlp_span_bytes_max or otlp_events_max: of the first its ids alone were read.
    bool is_oversized = false;

    WireKind known_kind() const {
        return kind <= static_cast<std::uint32_t>(WireKind::consumer) ? static_cast<WireKind>(kind)
                                                                      : WireKind::unspecified;
    }
};

struct WireSpan : WireSpanFields {
    WireAttributes attributes;
    std::vector<WireEvent> events;
    std::vector<WireLink> links;

    /// As a new one, but for the room of what it had.
    void clear();
};

/// Takes the spans of a request in their order; everything is borrowed for the call.
class SpanSink {
 public:
    virtual ~SpanSink() = default;
    /// The spans that follow are of this resource and scope.
    virtual void begin(const WireResource& resource, const WireScope& scope) = 0;
    virtual void take(const WireSpan& span) = 0;
};

/// Fields that are not known are passed over; the last of a repeated single field wins.
///
/// errors  invalid  the bytes are no such message, or hold more than otlp_messages_max; spans
/// before
///                  the fault were given to the sink
/// cost    some 0.2 us a span of 400 bytes with ten attributes (bench wire: read_spans)
Result<void> read_trace_request(std::string_view bytes, SpanSink& sink);

/// 16 bytes, not all zero. errors: invalid
Result<TraceId> read_trace_id(std::string_view bytes);
/// 8 bytes, not all zero. errors: invalid
Result<SpanId> read_span_id(std::string_view bytes);

}  // namespace tomograph
