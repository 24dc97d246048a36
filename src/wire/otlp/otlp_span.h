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

/// OTLP's AnyValue, as far as segments have use for it.
using OtlpValue = std::variant<bool, std::int64_t, double, std::string, std::vector<std::string>>;

struct OtlpAttribute {
    std::string key;
    OtlpValue value;
};

/// Each key once, in the order in which it was first set.
using OtlpAttributes = std::vector<OtlpAttribute>;

/// Sets one, in place of what has the key already.
void set_attribute(OtlpAttributes& attributes, std::string_view key, OtlpValue value);

/// Numbers of the protocol.
enum class OtlpKind : std::uint8_t { internal = 1, server = 2, client = 3 };
enum class OtlpStatus : std::uint8_t { unset = 0, error = 2 };

struct OtlpEvent {
    Instant time;
    std::string name;
    OtlpAttributes attributes;
};

struct OtlpLink {
    TraceId trace_id;
    SpanId span_id;
    OtlpAttributes attributes;
};

/// A span of the OpenTelemetry data model.
struct OtlpSpan {
    TraceId trace_id;
    SpanId id;
    SpanId parent_id;  ///< none for a root
    std::string name;
    OtlpKind kind = OtlpKind::internal;
    std::uint32_t flags = 0;  ///< W3C trace flags, and whether the parent is remote
    Instant start;
    std::optional<Instant> end;  ///< absent: in progress
    OtlpAttributes attributes;
    std::vector<OtlpEvent> events;
    std::vector<OtlpLink> links;
    OtlpStatus status = OtlpStatus::unset;
    std::string status_message;
};

/// What one document becomes.
struct OtlpSpans {
    OtlpAttributes resource;
    std::vector<OtlpSpan> spans;  ///< by row of the Segment
};

}  // namespace tomograph
