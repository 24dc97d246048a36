#pragma once

#include <functional>

#include "base/clock.h"
#include "query/query_context.h"
#include "trace/summary.h"

namespace tomograph {

/// Whoever reads a search while it goes on. False ends it.
struct SearchReader {
    std::function<bool(const TraceSummary&)> on_trace;
    std::function<bool(const SearchCoverage&)> on_progress;  ///< some times a second
};

struct SearchEnd {
    SearchCoverage coverage;
    bool is_limit_reached = false;  ///< there may be older ones that match
};

/// Tells the traces of a selection, newest first, as they are found: in slices of time, each of
/// which ends with how far it came.
///
/// traces  its budget is that of the whole search
/// limit   traces told at most
/// errors  those of TraceStore::find
Result<SearchEnd> search_traces(const QueryContext& context, const Clock& clock,
                                const TraceSelection& traces, std::size_t limit,
                                const SearchReader& reader);

}  // namespace tomograph
