#pragma once

#include "wire/json/json_text.h"
#include "wire/otlp/trace_request.h"

namespace tomograph {

// The blocks of an X-Ray document, as far as attributes fill them (otlp.md §5.3 to §5.6). Each
// writes its member, or nothing.

enum class SpanOutcome { ok, error, throttle, fault };
/// By the status of HTTP, then of gRPC, then of the span.
SpanOutcome span_outcome(const WireSpan& span);

/// error, fault, throttle
void write_outcome(JsonText& json, const WireSpan& span);
void write_http(JsonText& json, const WireSpan& span);
void write_sql(JsonText& json, const WireSpan& span);
/// with_resource  also where the service runs
void write_aws(JsonText& json, const WireSpan& span, const WireResource& resource,
               bool with_resource);
/// The exceptions that events tell of, else the message of an error status.
void write_cause(JsonText& json, const WireSpan& span, SpanId id);
void write_links(JsonText& json, const WireSpan& span);

}  // namespace tomograph
