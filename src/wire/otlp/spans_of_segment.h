#pragma once

#include <string_view>

#include "model/segment.h"
#include "wire/otlp/otlp_span.h"

namespace tomograph {

/// The spans that X-Ray's document becomes in OpenTelemetry: one of the segment and one of each
/// subsegment, as the collector's X-Ray receiver makes them (otlp.md §6), in its older names of
/// attributes.
///
/// We keep more than it does: links, origin, `table_names`, `resource_names`, every other scalar of
/// an `aws` block (`aws.<member>`), and error, fault or throttle where the HTTP status does not say
/// so (`aws.xray.error` and the like); a `sql.url` of another form is kept whole. Unlike there, a
/// segment is a SERVER also when another service called it. Lost are `precursor_ids`,
/// `service.runtime`, and members that X-Ray has no name for.
///
/// What came as a span of OTLP comes back as it came (otel_document.h).
///
/// segment  what `json` decodes to
/// json     the document as sent; borrowed for the call only
/// cost     one pass, about 2 us per kB
OtlpSpans spans_of_segment(const Segment& segment, std::string_view json);

}  // namespace tomograph
