#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/time.h"
#include "model/ids.h"

namespace tomograph {

struct OtlpAttribute;
struct OtlpValue;

struct OtlpBytes {
    std::string bytes;
    bool operator==(const OtlpBytes&) const = default;
};
using OtlpArray = std::vector<OtlpValue>;
/// Each key once, in the order in which it was first set. Also the value that is a map.
using OtlpAttributes = std::vector<OtlpAttribute>;

/// OTLP's AnyValue; std::monostate is one that says nothing.
struct OtlpValue : std::variant<std::monostate, bool, std::int64_t, double, std::string, OtlpBytes,
                                OtlpArray, OtlpAttributes> {
    using variant::variant;
};

struct OtlpAttribute {
    std::string key;
    OtlpValue value;
    bool operator==(const OtlpAttribute&) const = default;
};

/// Sets one, in place of what has the key already.
void set_attribute(OtlpAttributes& attributes, std::string_view key, OtlpValue value);
/// Null when there is none.
const OtlpValue* find_attribute(const OtlpAttributes& attributes, std::string_view key);
OtlpArray to_array(std::vector<std::string> texts);

/// Numbers of the protocol, also those that came after this version.
enum class OtlpKind : std::uint32_t { unspecified, internal, server, client, producer, consumer };
enum class OtlpStatus : std::uint32_t { unset, ok, error };

/// `INTERNAL`, …; "" for a number that has no name here.
std::string_view to_text(OtlpKind kind);
/// `UNSET`, …; likewise.
std::string_view to_text(OtlpStatus status);

struct OtlpEvent {
    Instant time;
    std::string name;
    OtlpAttributes attributes;
    std::uint32_t dropped_attributes = 0;
};

struct OtlpLink {
    std::string trace_id;  ///< bytes, as they came: 16 of them when it is right
    std::string span_id;   ///< likewise, 8
    OtlpAttributes attributes;
    std::string trace_state;
    std::uint32_t flags = 0;
    std::uint32_t dropped_attributes = 0;
};

/// A span of the OpenTelemetry data model.
struct OtlpSpan {
    TraceId trace_id;
    SpanId id;
    SpanId parent_id;  ///< none for a root
    std::string trace_state;
    std::string name;
    OtlpKind kind = OtlpKind::internal;
    std::uint32_t flags = 0;  ///< W3C trace flags, and whether the parent is remote
    Instant start;
    /// Absent: in progress. A protocol's number above INT64_MAX is a negative one.
    std::optional<Instant> end;
    OtlpAttributes attributes;
    std::vector<OtlpEvent> events;
    std::vector<OtlpLink> links;
    OtlpStatus status = OtlpStatus::unset;
    std::string status_message;
    std::uint32_t dropped_attributes = 0;
    std::uint32_t dropped_events = 0;
    std::uint32_t dropped_links = 0;
};

struct OtlpResource {
    OtlpAttributes attributes;
    std::uint32_t dropped_attributes = 0;
    std::string schema_url;
};

struct OtlpScope {
    std::string name;
    std::string version;
    OtlpAttributes attributes;
    std::uint32_t dropped_attributes = 0;
    std::string schema_url;
};

/// What one document becomes.
struct OtlpSpans {
    OtlpResource resource;
    OtlpScope scope;
    std::vector<OtlpSpan> spans;  ///< by row of the Segment; none of a segment around a call
    bool is_of_otlp = false;      ///< it came by a span of OTLP, not as a segment
    bool is_around = false;       ///< by no span of its own: it stands around a call
};

/// 16 and 8 bytes, as protobuf has them.
std::string id_bytes(TraceId id);
std::string id_bytes(SpanId id);

}  // namespace tomograph
