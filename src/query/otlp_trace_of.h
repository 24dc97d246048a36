#pragma once

#include <cstdint>
#include <vector>

#include "query/query_context.h"
#include "trace/trace.h"
#include "wire/otlp/otlp_trace.h"

namespace tomograph {

/// A stored trace as spans of OpenTelemetry.
struct TraceSpans {
    OtlpTrace spans;                      ///< by (start, id)
    std::vector<std::uint32_t> entities;  ///< by row of `spans`: its entity in the trace
};

/// A span of each entity that was sent. What came by OTLP is as it came; a segment that only stood
/// around a call is left out, and the call has the parent that it came with. Of X-Ray's documents:
/// the row that won its id, under the parent that it has in the trace, with the resource of the
/// segment that it belongs to.
///
/// stored  what `trace` was assembled from
/// cost    one pass over each document
TraceSpans spans_of_trace(const StoredTrace& stored, const Trace& trace);

}  // namespace tomograph
