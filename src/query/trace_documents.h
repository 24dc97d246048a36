#pragma once

#include <cstddef>
#include <limits>
#include <string_view>
#include <vector>

#include "query/batch_get_traces.h"
#include "trace/trace.h"

namespace tomograph {

/// The documents of a trace as BatchGetTraces shows them, callers first.
///
///   a segment                      as sent, or with the subsegments that were sent alone spliced
///   in a subsegment without segment   as sent, with what hangs under it an inferred segment made
///   from the subsegment
///
/// stored     what `trace` was assembled from
/// bytes_max  a segment that would grow longer stands as sent, and so does each subsegment of it
std::vector<SegmentDocument> documents_of(
    const StoredTrace& stored, const Trace& trace, QueryMetrics& metrics,
    std::size_t bytes_max = std::numeric_limits<std::size_t>::max());

/// What each document of the trace was sent as, by its index: those of the store that decode, in
/// the trace's order.
std::vector<std::string_view> document_bytes(const StoredTrace& stored, const Trace& trace);

}  // namespace tomograph
