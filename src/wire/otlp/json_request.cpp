#include "wire/otlp/json_request.h"

#include <array>

#include "wire/otlp/json_message.h"

namespace tomograph {
namespace {

/// Numbers of names that lenient senders write.
constexpr std::array<std::string_view, 6> kind_names = {
    "SPAN_KIND_UNSPECIFIED", "SPAN_KIND_INTERNAL", "SPAN_KIND_SERVER",
    "SPAN_KIND_CLIENT",      "SPAN_KIND_PRODUCER", "SPAN_KIND_CONSUMER"};
constexpr std::array<std::string_view, 3> code_names = {"STATUS_CODE_UNSET", "STATUS_CODE_OK",
                                                        "STATUS_CODE_ERROR"};

constexpr JsonField event_fields[] = {{"timeUnixNano", 1, JsonFieldType::fixed64},
                                      {"name", 2, JsonFieldType::text},
                                      {"attributes", 3, JsonFieldType::message, &json_key_value},
                                      {"droppedAttributesCount", 4, JsonFieldType::uint32}};
constexpr JsonMessage event{event_fields};

constexpr JsonField link_fields[] = {{"traceId", 1, JsonFieldType::hex},
                                     {"spanId", 2, JsonFieldType::hex},
                                     {"traceState", 3, JsonFieldType::text},
                                     {"attributes", 4, JsonFieldType::message, &json_key_value},
                                     {"droppedAttributesCount", 5, JsonFieldType::uint32},
                                     {"flags", 6, JsonFieldType::fixed32}};
constexpr JsonMessage link{link_fields};

constexpr JsonField status_fields[] = {
    {"message", 2, JsonFieldType::text},
    {"code", 3, JsonFieldType::enumeration, nullptr, code_names}};
constexpr JsonMessage status{status_fields};

constexpr JsonField span_fields[] = {{"traceId", 1, JsonFieldType::hex},
                                     {"spanId", 2, JsonFieldType::hex},
                                     {"traceState", 3, JsonFieldType::text},
                                     {"parentSpanId", 4, JsonFieldType::hex},
                                     {"name", 5, JsonFieldType::text},
                                     {"kind", 6, JsonFieldType::enumeration, nullptr, kind_names},
                                     {"startTimeUnixNano", 7, JsonFieldType::fixed64},
                                     {"endTimeUnixNano", 8, JsonFieldType::fixed64},
                                     {"attributes", 9, JsonFieldType::message, &json_key_value},
                                     {"droppedAttributesCount", 10, JsonFieldType::uint32},
                                     {"events", 11, JsonFieldType::message, &event},
                                     {"droppedEventsCount", 12, JsonFieldType::uint32},
                                     {"links", 13, JsonFieldType::message, &link},
                                     {"droppedLinksCount", 14, JsonFieldType::uint32},
                                     {"status", 15, JsonFieldType::message, &status},
                                     {"flags", 16, JsonFieldType::fixed32}};
constexpr JsonMessage span_shape{span_fields};

constexpr JsonField scope_spans_fields[] = {{"scope", 1, JsonFieldType::message, &json_scope},
                                            {"spans", 2, JsonFieldType::message, &span_shape},
                                            {"schemaUrl", 3, JsonFieldType::text}};
constexpr JsonMessage scope_spans{scope_spans_fields};

constexpr JsonField resource_spans_fields[] = {
    {"resource", 1, JsonFieldType::message, &json_resource},
    {"scopeSpans", 2, JsonFieldType::message, &scope_spans},
    {"schemaUrl", 3, JsonFieldType::text}};
constexpr JsonMessage resource_spans{resource_spans_fields};

constexpr JsonField request_fields[] = {
    {"resourceSpans", 1, JsonFieldType::message, &resource_spans}};
constexpr JsonMessage request{request_fields};

}  // namespace

Result<std::string> trace_request_of_json(std::string_view json) {
    return protobuf_of_json(json, request);
}

}  // namespace tomograph
