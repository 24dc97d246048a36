#pragma once

#include "model/graph.h"
#include "trace/trace.h"

namespace tomograph {

/// The epoch minute of a moment, rounded towards the past.
std::int64_t minute_of(Instant t);

/// The cell of that key, with the time from `start` to `end` inside its bounds.
GraphCell& touch(GraphRollup& graph, GraphKey key, Instant start, Instant end);

/// Counts a completed request once: fault > throttle > error > ok. An open one is not counted.
void count_request(RequestStatistics& statistics, const Span& span);

}  // namespace tomograph
