#pragma once

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
/// stored  what `trace` was assembled from
std::vector<SegmentDocument> documents_of(const StoredTrace& stored, const Trace& trace,
                                          QueryMetrics& metrics);

}  // namespace tomograph
