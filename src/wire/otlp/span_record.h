#pragma once

#include <cstddef>
#include <string>

#include "wire/otlp/otlp_span.h"

namespace tomograph {

/// A span as one JSON object, spelled as AWS spells the records of its log group `aws/spans`:
///
///   {"resource":{"attributes":{"service.name":"shop"}},"traceId":"<32 hex>","spanId":"<16 hex>",
///    "parentSpanId":"<16 hex>","flags":257,"name":"pay","kind":"CLIENT",
///    "startTimeUnixNano":1478293361271000000,"endTimeUnixNano":…,"durationNano":…,
///    "attributes":{"http.status_code":200},"events":[{"timeUnixNano":…,"name":"exception",
///    "attributes":{…}}],"links":[{"traceId":…,"spanId":…,"attributes":{…}}],
///    "status":{"code":"UNSET"}}
///
/// A root has no parentSpanId; a span in progress no end and no duration; events, links, a scope,
/// a trace state, schema URLs and what was dropped are there when there are any. Bytes are base64.
/// What AWS answers to ListRetrievedTraces in the format OTEL is not documented; this is the
/// nearest that is.
///
/// bytes_max  where the object would be longer, the longest attributes of the span, its events and
///            its resource are left out, and `droppedAttributesCount` says how many
/// cost       two of such records at most
std::string span_record(const OtlpSpan& span, const OtlpResource& resource, const OtlpScope& scope,
                        std::size_t bytes_max);

}  // namespace tomograph
