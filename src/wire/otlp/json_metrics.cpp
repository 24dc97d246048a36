#include "wire/otlp/json_metrics.h"

#include <array>

#include "wire/otlp/json_message.h"

namespace tomograph {
namespace {

using Type = JsonFieldType;

constexpr std::array<std::string_view, 3> temporality_names = {
    "AGGREGATION_TEMPORALITY_UNSPECIFIED", "AGGREGATION_TEMPORALITY_DELTA",
    "AGGREGATION_TEMPORALITY_CUMULATIVE"};

constexpr JsonField exemplar_fields[] = {{"filteredAttributes", 7, Type::message, &json_key_value},
                                         {"timeUnixNano", 2, Type::fixed64},
                                         {"asDouble", 3, Type::real},
                                         {"asInt", 6, Type::sfixed64},
                                         {"spanId", 4, Type::hex},
                                         {"traceId", 5, Type::hex}};
constexpr JsonMessage exemplar{exemplar_fields};

constexpr JsonField number_fields[] = {{"attributes", 7, Type::message, &json_key_value},
                                       {"startTimeUnixNano", 2, Type::fixed64},
                                       {"timeUnixNano", 3, Type::fixed64},
                                       {"asDouble", 4, Type::real},
                                       {"asInt", 6, Type::sfixed64},
                                       {"exemplars", 5, Type::message, &exemplar},
                                       {"flags", 8, Type::uint32}};
constexpr JsonMessage number_point{number_fields};

constexpr JsonField histogram_fields[] = {{"attributes", 9, Type::message, &json_key_value},
                                          {"startTimeUnixNano", 2, Type::fixed64},
                                          {"timeUnixNano", 3, Type::fixed64},
                                          {"count", 4, Type::fixed64},
                                          {"sum", 5, Type::real},
                                          {"bucketCounts", 6, Type::fixed64},
                                          {"explicitBounds", 7, Type::real},
                                          {"exemplars", 8, Type::message, &exemplar},
                                          {"flags", 10, Type::uint32},
                                          {"min", 11, Type::real},
                                          {"max", 12, Type::real}};
constexpr JsonMessage histogram_point{histogram_fields};

constexpr JsonField buckets_fields[] = {{"offset", 1, Type::sint32},
                                        {"bucketCounts", 2, Type::uint64}};
constexpr JsonMessage buckets{buckets_fields};

constexpr JsonField exponential_fields[] = {{"attributes", 1, Type::message, &json_key_value},
                                            {"startTimeUnixNano", 2, Type::fixed64},
                                            {"timeUnixNano", 3, Type::fixed64},
                                            {"count", 4, Type::fixed64},
                                            {"sum", 5, Type::real},
                                            {"scale", 6, Type::sint32},
                                            {"zeroCount", 7, Type::fixed64},
                                            {"positive", 8, Type::message, &buckets},
                                            {"negative", 9, Type::message, &buckets},
                                            {"flags", 10, Type::uint32},
                                            {"exemplars", 11, Type::message, &exemplar},
                                            {"min", 12, Type::real},
                                            {"max", 13, Type::real},
                                            {"zeroThreshold", 14, Type::real}};
constexpr JsonMessage exponential_point{exponential_fields};

constexpr JsonField quantile_fields[] = {{"quantile", 1, Type::real}, {"value", 2, Type::real}};
constexpr JsonMessage quantile{quantile_fields};

constexpr JsonField summary_fields[] = {{"attributes", 7, Type::message, &json_key_value},
                                        {"startTimeUnixNano", 2, Type::fixed64},
                                        {"timeUnixNano", 3, Type::fixed64},
                                        {"count", 4, Type::fixed64},
                                        {"sum", 5, Type::real},
                                        {"quantileValues", 6, Type::message, &quantile},
                                        {"flags", 8, Type::uint32}};
constexpr JsonMessage summary_point{summary_fields};

constexpr JsonField gauge_fields[] = {{"dataPoints", 1, Type::message, &number_point}};
constexpr JsonMessage gauge{gauge_fields};
constexpr JsonField sum_fields[] = {
    {"dataPoints", 1, Type::message, &number_point},
    {"aggregationTemporality", 2, Type::enumeration, nullptr, temporality_names},
    {"isMonotonic", 3, Type::boolean}};
constexpr JsonMessage sum{sum_fields};
constexpr JsonField histogram_data_fields[] = {
    {"dataPoints", 1, Type::message, &histogram_point},
    {"aggregationTemporality", 2, Type::enumeration, nullptr, temporality_names}};
constexpr JsonMessage histogram{histogram_data_fields};
constexpr JsonField exponential_data_fields[] = {
    {"dataPoints", 1, Type::message, &exponential_point},
    {"aggregationTemporality", 2, Type::enumeration, nullptr, temporality_names}};
constexpr JsonMessage exponential{exponential_data_fields};
constexpr JsonField summary_data_fields[] = {{"dataPoints", 1, Type::message, &summary_point}};
constexpr JsonMessage summary{summary_data_fields};

constexpr JsonField metric_fields[] = {{"name", 1, Type::text},
                                       {"description", 2, Type::text},
                                       {"unit", 3, Type::text},
                                       {"gauge", 5, Type::message, &gauge},
                                       {"sum", 7, Type::message, &sum},
                                       {"histogram", 9, Type::message, &histogram},
                                       {"exponentialHistogram", 10, Type::message, &exponential},
                                       {"summary", 11, Type::message, &summary}};
constexpr JsonMessage metric{metric_fields};

constexpr JsonField scope_fields[] = {{"scope", 1, Type::message, &json_scope},
                                      {"metrics", 2, Type::message, &metric},
                                      {"schemaUrl", 3, Type::text}};
constexpr JsonMessage scope_metrics{scope_fields};

constexpr JsonField resource_fields[] = {{"resource", 1, Type::message, &json_resource},
                                         {"scopeMetrics", 2, Type::message, &scope_metrics},
                                         {"schemaUrl", 3, Type::text}};
constexpr JsonMessage resource_metrics{resource_fields};

constexpr JsonField request_fields[] = {{"resourceMetrics", 1, Type::message, &resource_metrics}};
constexpr JsonMessage request{request_fields};

}  // namespace

Result<std::string> metrics_request_of_json(std::string_view json) {
    return protobuf_of_json(json, request);
}

}  // namespace tomograph
