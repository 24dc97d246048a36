#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"
#include "model/ids.h"

namespace tomograph {

/// A key with its value as JSON text, as `append_json(WireValue)` writes it.
struct LogAttribute {
    std::string key;
    std::string value;
    bool operator==(const LogAttribute&) const = default;
};

/// What stands around many lines: who wrote them. Texts are JSON objects, "" when there is nothing.
struct LogStream {
    std::string service;   ///< the name that lines are found by; "" when nobody said
    std::string resource;  ///< attributes of the resource
    std::string scope;     ///< name, version, attributes of the scope; what else is known of both
    auto operator<=>(const LogStream&) const = default;
};

/// One line of a log (OpenTelemetry's LogRecord).
struct LogRecord {
    std::uint32_t stream = 0;   ///< index into LogBatch::streams
    Instant time;               ///< when it happened; when it was seen or came, if nobody said
    Instant observed;           ///< when a collector saw it; 0: not said
    std::uint8_t severity = 0;  ///< 1 (trace) to 24 (fatal), 0: not said
    std::string severity_text;
    TraceId trace_id;
    SpanId span_id;
    /// The ids above stood in the text or an attribute, not in fields of their own.
    bool is_trace_found = false;
    std::uint32_t flags = 0;  ///< W3C trace flags
    std::uint32_t dropped_attributes = 0;
    std::string event_name;
    std::string body;           ///< the text, or JSON when it is none
    bool is_body_json = false;  ///< a value that is not a text
    std::vector<LogAttribute> attributes;
    bool operator==(const LogRecord&) const = default;
};

/// Lines that came together.
struct LogBatch {
    std::vector<LogStream> streams;
    std::vector<LogRecord> records;
};

/// First numbers of the ranges of severity.
inline constexpr std::uint8_t severity_trace = 1;
inline constexpr std::uint8_t severity_debug = 5;
inline constexpr std::uint8_t severity_info = 9;
inline constexpr std::uint8_t severity_warn = 13;
inline constexpr std::uint8_t severity_error = 17;
inline constexpr std::uint8_t severity_fatal = 21;
inline constexpr std::uint8_t severity_max = 24;

}  // namespace tomograph
