#pragma once

#include "model/latency_histogram.h"
#include "query/service_graph.h"

namespace tomograph {

/// A histogram as an answer shows it (service-graph.md §2.4): ascending, from 1 ms, exact
/// milliseconds up to a second and 3 significant digits above. Beyond histogram_entries_max values
/// neighbours are put together, by as little as is enough. The counts keep their sum.
ServiceHistogram histogram_entries(const LatencyHistogram& histogram);

}  // namespace tomograph
