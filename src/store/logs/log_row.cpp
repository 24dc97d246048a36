#include "store/logs/log_row.h"

namespace tomograph {

LogRecord record_of(const LogRow& row) {
    LogRecord record;
    record.time = row.place.time;
    record.observed = row.observed;
    record.severity = row.severity;
    record.severity_text = row.severity_text;
    record.trace_id = row.trace_id;
    record.span_id = row.span_id;
    record.is_trace_found = row.is_trace_found;
    record.flags = row.flags;
    record.dropped_attributes = row.dropped_attributes;
    record.event_name = row.event_name;
    record.body = row.body;
    record.is_body_json = row.is_body_json;
    record.attributes.reserve(row.attributes.size());
    for (const auto& [key, value] : row.attributes)
        record.attributes.push_back({.key = std::string(key), .value = std::string(value)});
    return record;
}

std::size_t text_bytes(const LogRow& row) {
    std::size_t bytes = row.severity_text.size() + row.event_name.size() + row.body.size();
    for (const auto& [key, value] : row.attributes) bytes += key.size() + value.size();
    return bytes;
}

}  // namespace tomograph
