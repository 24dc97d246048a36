#pragma once

#include <string>

#include "model/segment.h"
#include "service/span_metrics/span_metrics.h"
#include "wire/otlp/trace_request.h"

namespace tomograph {

// What comes in, as span metrics count it.

/// The ended spans of an X-Ray document. A segment's operation is the method that it was asked by;
/// a call's is the called one's name. Subsegments on their own do not say whose they are: their
/// service is "".
void count_spans(const Segment& segment, SpanMetrics& metrics);

/// A span of OTLP. The result borrows from all three.
CountedSpan counted_span(const WireSpan& span, const WireResource& resource, std::string& scratch);

}  // namespace tomograph
