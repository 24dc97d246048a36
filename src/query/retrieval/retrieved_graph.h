#pragma once

#include <string>
#include <vector>

#include "query/retrieval/retrieved_traces.h"
#include "query/retrieval/service_links.h"
#include "query/service_graph.h"

namespace tomograph {

/// GetRetrievedTracesGraph (xray-api.md §3.8).
struct RetrievedGraphRequest {
    std::string retrieval_token{};
    std::string next_token{};
};

struct RetrievedGraphAnswer {
    RetrievalStatus status = RetrievalStatus::complete;
    std::vector<ServiceNode> services;          ///< as GetTraceGraph of the traces would say
    std::vector<std::vector<TraceLink>> links;  ///< by service of the page
    std::string next_token;                     ///< "" at the end
};

/// The graph of the traces that list_retrieved_traces() lists, with the links between them.
///
/// errors  as list_retrieved_traces(); invalid also when services came or went since the last page
Result<RetrievedGraphAnswer> get_retrieved_graph(const QueryContext& context,
                                                 TraceRetrievals& retrievals,
                                                 const RetrievedGraphRequest& request);

}  // namespace tomograph
