#include "api/own/log_json.h"

#include <fmt/format.h>

#include <array>

namespace tomograph {
namespace {

constexpr std::array<std::string_view, 7> severity_words{"",     "TRACE", "DEBUG", "INFO",
                                                         "WARN", "ERROR", "FATAL"};

std::string_view word_of(std::uint8_t severity) {
    return severity_words[severity == 0 ? 0 : 1 + (severity - 1) / 4];
}

void write_ids(JsonText& json, const LogRecord& record) {
    if (record.trace_id.is_zero()) return;
    json.text("TraceId", to_xray_text(record.trace_id));
    json.text("W3CTraceId", to_hex(record.trace_id));
    if (!record.span_id.is_none()) json.text("SpanId", to_hex(record.span_id));
    if (record.is_trace_found) json.boolean("IsTraceFoundInText", true);
}

void write_attributes(JsonText& json, const LogRecord& record) {
    if (record.attributes.empty()) return;
    json.open("Attributes");
    for (const LogAttribute& attribute : record.attributes)
        json.raw(attribute.key, attribute.value);
    json.close();
}

}  // namespace

void write_moment(JsonText& json, std::string_view key, Instant time) {
    const std::int64_t micros = time.ns / 1000;
    json.raw(key, fmt::format("{}{}.{:06d}", micros < 0 ? "-" : "", std::abs(micros / 1'000'000),
                              std::abs(micros % 1'000'000)));
}

void write_log(JsonText& json, const FoundLog& line) {
    const LogRecord& record = line.record;
    json.open();
    write_moment(json, "Time", record.time);
    json.text("TimeUnixNano", std::to_string(record.time.ns));
    if (record.observed != Instant{})
        json.text("ObservedTimeUnixNano", std::to_string(record.observed.ns));
    if (record.severity != 0) {
        json.integer("SeverityNumber", record.severity);
        json.text("Severity", word_of(record.severity));
    }
    if (!record.severity_text.empty()) json.text("SeverityText", record.severity_text);
    if (!line.stream.service.empty()) json.text("Service", line.stream.service);
    write_ids(json, record);
    if (record.flags != 0) json.integer("Flags", record.flags);
    if (!record.event_name.empty()) json.text("EventName", record.event_name);
    if (record.is_body_json)
        json.raw("Body", record.body);
    else
        json.text("Body", record.body);
    write_attributes(json, record);
    if (record.dropped_attributes != 0)
        json.integer("DroppedAttributesCount", record.dropped_attributes);
    if (!line.stream.resource.empty()) json.raw("Resource", line.stream.resource);
    if (!line.stream.scope.empty()) json.raw("Scope", line.stream.scope);
    json.close();
}

}  // namespace tomograph
