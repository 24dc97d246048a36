#pragma once

#include <string>

#include "wire/otlp/otlp_trace.h"

namespace tomograph {

/// One trace in the model of Jaeger's interface, which Grafana reads as well:
///
///   {"traceID":"<32 hex>","spans":[{"traceID":…,"spanID":…,"flags":1,"operationName":"GET /",
///    "references":[{"refType":"CHILD_OF","traceID":…,"spanID":…}],"startTime":<us>,
///    "duration":<us>,"tags":[{"key":"span.kind","type":"string","value":"server"}],
///    "logs":[{"timestamp":<us>,"fields":[…]}],"processID":"p1","warnings":null}],
///    "processes":{"p1":{"serviceName":"shop","tags":[…]}},"warnings":null}
///
/// The parent is a CHILD_OF reference, links are FOLLOWS_FROM. Kind, status, scope and trace state
/// are tags as Jaeger's own translation names them. Arrays and maps are JSON in a text; bytes are
/// base64 of type binary; integers that JavaScript would round are texts.
///
/// is_partial  some of it is known to be missing: a warning
void append_jaeger_trace(const OtlpTrace& trace, bool is_partial, std::string& out);

/// The service of a resource; unknown_service_name without one.
std::string service_of(const OtlpResource& resource);

}  // namespace tomograph
