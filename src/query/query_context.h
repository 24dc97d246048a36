#pragma once

#include <string_view>

#include "base/metrics.h"
#include "query/page_token.h"
#include "store/trace_store.h"

namespace tomograph {

struct QueryMetrics {
    explicit QueryMetrics(MetricsRegistry& registry);

    Counter& documents_undecodable;  ///< stored documents that no longer decode, or cannot be
                                     ///< returned whole
    Counter& annotations_left_out;   ///< beyond annotations_per_trace_max of a trace
    Counter& nodes_folded;           ///< beyond graph_nodes_max of a graph
};

class GroupDirectory;
class SummaryCache;

/// What every query stands on; borrowed for the call. Threads: any.
struct QueryContext {
    TraceStore& store;
    const PageTokenKey& token_key;
    QueryMetrics& metrics;
    Instant now;
    const GroupDirectory* groups = nullptr;  ///< null: there is only that of all traces
    std::string_view account_id{};           ///< of services that name none; "": none
    SummaryCache* summaries = nullptr;       ///< null: each summary is made anew
};

}  // namespace tomograph
