#include "wire/otlp/logs_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <protozero/exception.hpp>

#include "wire/json/json_text.h"
#include "wire/json/utf8.h"
#include "wire/limits.h"
#include "wire/logs/line_facts.h"
#include "wire/otlp/attribute_lookup.h"
#include "wire/otlp/json_message.h"
#include "wire/otlp/message_budget.h"
#include "wire/otlp/trace_request.h"
#include "wire/otlp/wire_reader.h"

namespace tomograph {
namespace {

constexpr std::uint32_t scope_logs_tag = 2;
/// As the protocol was until 0.15: the same shape under another number.
constexpr std::uint32_t library_logs_tag = 1000;

std::string text_of_attributes(const WireAttributes& attributes) {
    std::string json;
    append_json(attributes, json);
    return json;
}

/// Bytes as UTF-8: what is none is replaced.
std::string clean_text(std::string_view bytes) {
    std::string quoted;
    append_quoted_text(bytes, quoted);
    // Nothing was escaped or replaced: the usual case.
    if (quoted.size() == bytes.size() + 2) return std::string(bytes);
    return to_utf8(bytes);
}

std::string scope_text(const WireResource& resource, const WireScope& scope) {
    JsonText json;
    json.open();
    if (!scope.name.empty()) json.text("name", clean_text(scope.name));
    if (!scope.version.empty()) json.text("version", clean_text(scope.version));
    if (!scope.attributes.empty()) json.raw("attributes", text_of_attributes(scope.attributes));
    if (scope.dropped_attributes != 0)
        json.integer("dropped_attributes_count", scope.dropped_attributes);
    if (!scope.schema_url.empty()) json.text("schema_url", clean_text(scope.schema_url));
    if (resource.dropped_attributes != 0)
        json.integer("resource_dropped_attributes_count", resource.dropped_attributes);
    if (!resource.schema_url.empty())
        json.text("resource_schema_url", clean_text(resource.schema_url));
    json.close();
    std::string text = std::move(json).take();
    return text == "{}" ? std::string() : text;
}

LogStream stream_of(const WireResource& resource, const WireScope& scope) {
    return {.service = clean_text(text_of(resource.attributes, {"service.name"})),
            .resource = resource.attributes.empty() ? std::string()
                                                    : text_of_attributes(resource.attributes),
            .scope = scope_text(resource, scope)};
}

void set_body(const WireValue& value, LogRecord& record) {
    if (value.kind == WireValue::Kind::none) return;
    if (value.kind == WireValue::Kind::text) {
        record.body = clean_text(value.text);
        return;
    }
    append_json(value, record.body);
    record.is_body_json = true;
}

LogAttribute attribute_of(const WireAttribute& attribute) {
    LogAttribute kept{.key = clean_text(attribute.key), .value = {}};
    append_json(attribute.value, kept.value);
    return kept;
}

void read_record(std::string_view message, LogRecord& record) {
    for (WireReader reader(message); reader.next();) {
        switch (reader.tag()) {
            case 1:
                record.time.ns = static_cast<std::int64_t>(reader.fixed64());
                break;
            case 2:
                record.severity = static_cast<std::uint8_t>(
                    std::min<std::uint32_t>(reader.uint32(), severity_max));
                break;
            case 3:
                record.severity_text = clean_text(reader.view());
                break;
            case 5:
                record.body.clear();
                record.is_body_json = false;
                set_body(read_value(reader.view()), record);
                break;
            case 6:
                record.attributes.push_back(attribute_of(read_attribute(reader.view())));
                break;
            case 7:
                record.dropped_attributes = reader.uint32();
                break;
            case 8:
                record.flags = reader.fixed32();
                break;
            case 9: {
                const auto id = read_trace_id(reader.view());
                record.trace_id = id ? *id : TraceId{};
                break;
            }
            case 10: {
                const auto id = read_span_id(reader.view());
                record.span_id = id ? *id : SpanId{};
                break;
            }
            case 11:
                record.observed.ns = static_cast<std::int64_t>(reader.fixed64());
                break;
            case 12:
                record.event_name = clean_text(reader.view());
                break;
            default:
                reader.skip();
        }
    }
}

class RequestReader {
 public:
    explicit RequestReader(const LogBounds& bounds) : bounds_(bounds) {}

    Result<LogsRequest> read(std::string_view bytes) {
        for (WireReader reader(bytes); !is_over() && reader.next();) {
            if (reader.tag() == 1)
                read_resource_logs(reader.view());
            else
                reader.skip();
        }
        TRY(budget_.verdict());
        if (bytes_ > bounds_.bytes_max)
            return Error(ErrorCode::invalid,
                         fmt::format("lines of more than {} bytes at once", bounds_.bytes_max));
        return std::move(request_);
    }

 private:
    bool is_over() const { return budget_.is_spent() || bytes_ > bounds_.bytes_max; }

    void read_resource_logs(std::string_view message) {
        budget_.spend();
        const WireResource resource = read_resource_of(message);
        for (WireReader reader(message); !is_over() && reader.next();) {
            if (reader.tag() == scope_logs_tag || reader.tag() == library_logs_tag)
                read_scope_logs(reader.view(), resource);
            else
                reader.skip();
        }
    }

    void read_scope_logs(std::string_view message, const WireResource& resource) {
        budget_.spend();
        const WireScope scope = read_scope_of(message);
        std::optional<std::uint32_t> stream;
        for (WireReader reader(message); !is_over() && reader.next();) {
            if (reader.tag() != 2) {
                reader.skip();
                continue;
            }
            budget_.spend();
            const std::string_view line = reader.view();
            if (resource.is_oversized || scope.is_oversized) {
                reject(fmt::format("the {} of a line has more than {} bytes",
                                   resource.is_oversized ? "resource" : "scope",
                                   otlp_resource_bytes_max));
                continue;
            }
            if (line.size() > bounds_.line_bytes_max) {
                reject(fmt::format("a line of {} bytes, at most {}", line.size(),
                                   bounds_.line_bytes_max));
                continue;
            }
            if (!stream) stream = add_stream(resource, scope);
            LogRecord record;
            record.stream = *stream;
            read_record(line, record);
            take(std::move(record));
        }
    }

    std::uint32_t add_stream(const WireResource& resource, const WireScope& scope) {
        const auto number = static_cast<std::uint32_t>(request_.batch.streams.size());
        const LogStream& stream = request_.batch.streams.emplace_back(stream_of(resource, scope));
        bytes_ += stream.service.size() + stream.resource.size() + stream.scope.size();
        return number;
    }

    void take(LogRecord record) {
        bytes_ += record.body.size();
        for (const LogAttribute& each : record.attributes)
            bytes_ += each.key.size() + each.value.size();
        if (record.attributes.size() > bounds_.attributes_max)
            return reject(fmt::format("a line of {} attributes, at most {}",
                                      record.attributes.size(), bounds_.attributes_max));
        if (record.time == Instant{})
            record.time = record.observed == Instant{} ? bounds_.received : record.observed;
        find_ids(record);
        find_severity(record);
        request_.batch.records.push_back(std::move(record));
    }

    void reject(std::string why) {
        if (request_.rejected++ == 0) request_.why = std::move(why);
    }

    const LogBounds& bounds_;
    MessageBudget budget_;
    std::size_t bytes_ = 0;
    LogsRequest request_;
};

constexpr std::array<std::string_view, 25> severity_names = {
    "SEVERITY_NUMBER_UNSPECIFIED", "SEVERITY_NUMBER_TRACE",  "SEVERITY_NUMBER_TRACE2",
    "SEVERITY_NUMBER_TRACE3",      "SEVERITY_NUMBER_TRACE4", "SEVERITY_NUMBER_DEBUG",
    "SEVERITY_NUMBER_DEBUG2",      "SEVERITY_NUMBER_DEBUG3", "SEVERITY_NUMBER_DEBUG4",
    "SEVERITY_NUMBER_INFO",        "SEVERITY_NUMBER_INFO2",  "SEVERITY_NUMBER_INFO3",
    "SEVERITY_NUMBER_INFO4",       "SEVERITY_NUMBER_WARN",   "SEVERITY_NUMBER_WARN2",
    "SEVERITY_NUMBER_WARN3",       "SEVERITY_NUMBER_WARN4",  "SEVERITY_NUMBER_ERROR",
    "SEVERITY_NUMBER_ERROR2",      "SEVERITY_NUMBER_ERROR3", "SEVERITY_NUMBER_ERROR4",
    "SEVERITY_NUMBER_FATAL",       "SEVERITY_NUMBER_FATAL2", "SEVERITY_NUMBER_FATAL3",
    "SEVERITY_NUMBER_FATAL4"};

constexpr JsonField record_fields[] = {
    {"timeUnixNano", 1, JsonFieldType::fixed64},
    {"observedTimeUnixNano", 11, JsonFieldType::fixed64},
    {"severityNumber", 2, JsonFieldType::enumeration, nullptr, severity_names},
    {"severityText", 3, JsonFieldType::text},
    {"body", 5, JsonFieldType::message, &json_any_value},
    {"attributes", 6, JsonFieldType::message, &json_key_value},
    {"droppedAttributesCount", 7, JsonFieldType::uint32},
    {"flags", 8, JsonFieldType::fixed32},
    {"traceId", 9, JsonFieldType::hex},
    {"spanId", 10, JsonFieldType::hex},
    {"eventName", 12, JsonFieldType::text}};
constexpr JsonMessage record_message{record_fields};

constexpr JsonField scope_logs_fields[] = {
    {"scope", 1, JsonFieldType::message, &json_scope},
    {"logRecords", 2, JsonFieldType::message, &record_message},
    {"schemaUrl", 3, JsonFieldType::text}};
constexpr JsonMessage scope_logs{scope_logs_fields};

constexpr JsonField resource_logs_fields[] = {
    {"resource", 1, JsonFieldType::message, &json_resource},
    {"scopeLogs", 2, JsonFieldType::message, &scope_logs},
    {"schemaUrl", 3, JsonFieldType::text}};
constexpr JsonMessage resource_logs{resource_logs_fields};

constexpr JsonField request_fields[] = {
    {"resourceLogs", 1, JsonFieldType::message, &resource_logs}};
constexpr JsonMessage request_message{request_fields};

}  // namespace

Result<LogsRequest> read_logs_request(std::string_view bytes, const LogBounds& bounds) {
    try {
        return RequestReader(bounds).read(bytes);
    } catch (const protozero::exception& thrown) {
        return Error(ErrorCode::invalid,
                     fmt::format("not an ExportLogsServiceRequest: {}", thrown.what()));
    }
}

Result<std::string> logs_request_of_json(std::string_view json) {
    return protobuf_of_json(json, request_message);
}

}  // namespace tomograph
