#pragma once

#include <functional>

#include "base/clock.h"
#include "query/otlp_trace_of.h"
#include "query/query_context.h"

namespace tomograph {

/// A trace that was found, with what it was read from.
struct FoundTrace {
    const StoredTrace& stored;
    const Trace& trace;  ///< as of after_grace, as searches judge it
    TraceSpans spans;
};

/// Takes one; false ends the search.
using TakeTrace = std::function<bool(FoundTrace found)>;

struct SpanSearchEnd {
    SearchCoverage coverage;
    std::uint64_t bytes = 0;  ///< of documents read
};

/// Gives the traces of the selection, newest first, as OpenTelemetry's spans. Reads them a few at a
/// time: what is held at once is a page of them.
///
/// errors  those of TraceStore::find
Result<SpanSearchEnd> find_spans(const QueryContext& context, const Clock& clock,
                                 const TraceSelection& traces, const TakeTrace& take);

}  // namespace tomograph
