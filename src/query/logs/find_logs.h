#pragma once

#include <string>

#include "store/log_store.h"
#include "store/trace_store.h"

namespace tomograph {

struct FindLogsRequest {
    LogQuery query;
    std::string token;  ///< of the page before; "": the first
};

struct FoundLogs {
    LogPage page;
    std::string token;  ///< for the next page; "" at the end
};

/// A page of lines. The token holds a place and the moment of the first page: no secret.
/// errors  invalid  "NextToken …", and those of LogStore::find
Result<FoundLogs> find_logs(LogStore& logs, FindLogsRequest request);

/// When a trace was active, with five minutes on both sides for clocks that differ. Of a trace that
/// is not known: the last day, and before it from the time on that its id claims, if it can be.
/// errors  those of TraceStore::get
Result<TimeRange> log_range_of_trace(TraceStore& traces, TraceId id, Instant now);

}  // namespace tomograph
