#pragma once

#include <string>
#include <string_view>

#include "model/ids.h"
#include "model/segment.h"

namespace tomograph {

/// The document of an inferred segment (segment-documents.md §5): times, http, aws, cause and flags
/// copied as JSON from the subsegment it was inferred from.
///
/// json        the document that holds the subsegment, as sent
/// subsegment  id of the subsegment in it
std::string inferred_document(std::string_view json, const Span& subsegment, TraceId trace_id,
                              SpanId inferred_id, std::string_view name, std::string_view origin);

}  // namespace tomograph
