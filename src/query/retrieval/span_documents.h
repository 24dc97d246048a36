#pragma once

#include <string>
#include <vector>

#include "query/query_context.h"
#include "query/retrieval/retrieved_traces.h"
#include "trace/trace.h"

namespace tomograph {

struct SpanDocument {
    Instant start;
    SpanId id;
    std::string json;
};

/// The documents of a trace in the format, by (start, id).
///
/// stored  what `trace` was assembled from
std::vector<SpanDocument> span_documents(const StoredTrace& stored, const Trace& trace,
                                         RetrievedFormat format, QueryMetrics& metrics);

}  // namespace tomograph
