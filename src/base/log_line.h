#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "base/log.h"
#include "base/time.h"

namespace tomograph {

/// "2026-11-23T10:34:14.123Z": RFC 3339, UTC, milliseconds.
std::string to_rfc3339(Instant time);

/// What one log line says, before it is spelled.
struct LogLine {
    Instant time;
    LogLevel level;
    std::string_view message;
    std::initializer_list<LogField> fields;
};

/// For people: `2026-11-23T10:34:14.123Z warn  part skipped part=42 error="checksum mismatch"`. A
/// value with spaces, quotes or nothing in it is quoted. Control characters and broken UTF-8 become
/// \xNN, so that no value can start a line of its own or move a terminal's cursor. Ends in '\n'.
std::string to_human_line(const LogLine& line);

/// For machines: one JSON object, `time`, `level` and `message` first. Broken UTF-8 becomes U+FFFD.
std::string to_json_line(const LogLine& line);

}  // namespace tomograph
