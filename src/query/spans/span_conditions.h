#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/predicate.h"
#include "wire/otlp/otlp_span.h"

namespace tomograph {

// What OpenTelemetry says of a span, as predicates of Scope::span over the documents that the store
// keeps: of those that came by OTLP (docs/formats/otlp-document.md), and of X-Ray's as
// spans_of_segment() shows them. A segment that stands around a call is no span.

/// Where an attribute of OpenTelemetry stands.
enum class AttributeScope : std::uint8_t { span, resource, event, link, instrumentation };

/// name            of the span
Predicate span_name(const Test& test);
/// `service.name` of its resource; without one the service is unknown_service_name
Predicate span_service(const Test& test);
Predicate span_kind(OtlpKind kind);
Predicate span_status(OtlpStatus status);
/// The message of its status; of spans of OTLP.
Predicate span_status_message(const Test& test);
/// Of X-Ray's documents: annotations, `service.name`, and the attributes that a table here names.
Predicate span_attribute(AttributeScope scope, std::string_view key, const Test& test);
/// The name of one of its events; of spans of OTLP.
Predicate event_name(const Test& test);
/// Name and version of its instrumentation scope; likewise.
Predicate scope_name(const Test& test);
Predicate scope_version(const Test& test);
/// seconds
Predicate span_duration(const NumberTest& seconds);
/// Any span.
Predicate any_span();
Predicate came_by_otlp();
/// A segment or subsegment of X-Ray's clients.
Predicate came_by_xray();

/// Of Scope::trace: name and service of the span where the trace came in.
Predicate root_name(const Test& test);
Predicate root_service(const Test& test);

/// How spans without a `service.name` are called.
inline constexpr std::string_view unknown_service_name = "unknown_service";

/// Where the values of an attribute stand in documents; several, for one key may be of any type.
std::vector<std::string> attribute_paths(AttributeScope scope, std::string_view key);

/// The attribute that a path of a document stands for; nothing when for none.
struct AttributePlace {
    AttributeScope scope = AttributeScope::span;
    std::string key;
};
std::optional<AttributePlace> attribute_at(std::string_view path);

/// Paths of what has a place of its own.
std::string otel_name_path();
std::string service_name_path();

}  // namespace tomograph
