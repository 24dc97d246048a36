#pragma once

#include <optional>
#include <string_view>

#include "model/segment.h"
#include "wire/otlp/otlp_span.h"

namespace tomograph {

/// Reads back what SpanDocuments wrote: the span with every field that it came with, its scalars
/// before its other attributes. A segment that stands around a call comes back without a span.
///
/// segment  what `json` decodes to
/// returns  nothing for a document that came by no span of OTLP
/// cost     one pass, when there is a member `otel`; else a search for its name
std::optional<OtlpSpans> spans_of_otel(const Segment& segment, std::string_view json);

}  // namespace tomograph
