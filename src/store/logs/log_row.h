#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "model/log_record.h"
#include "store/log_store.h"

namespace tomograph {

/// A line that borrows its texts, wherever it is stored.
struct LogRow {
    LogPlace place;
    std::uint32_t stream = 0;
    Instant observed;
    std::uint8_t severity = 0;
    bool is_trace_found = false;
    bool is_body_json = false;
    TraceId trace_id;
    SpanId span_id;
    std::uint32_t flags = 0;
    std::uint32_t dropped_attributes = 0;
    std::string_view severity_text;
    std::string_view event_name;
    std::string_view body;
    std::vector<std::pair<std::string_view, std::string_view>> attributes;
};

LogRecord record_of(const LogRow& row);
/// Bytes of its texts.
std::size_t text_bytes(const LogRow& row);

}  // namespace tomograph
