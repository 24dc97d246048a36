#include "query/retrieval/retrieved_graph.h"

#include "query/decode_trace.h"
#include "query/graph_page.h"
#include "trace/graph_of_trace.h"

namespace tomograph {

Result<RetrievedGraphAnswer> get_retrieved_graph(const QueryContext& context,
                                                 TraceRetrievals& retrievals,
                                                 const RetrievedGraphRequest& request) {
    const Retrieval retrieval = TRY(retrievals.find(request.retrieval_token, context.now));
    RetrievedGraphAnswer answer;
    if (retrieval.is_cancelled) {
        answer.status = RetrievalStatus::cancelled;
        return answer;
    }
    TraceReader reader(context.metrics);
    GraphRollup rollup;
    std::vector<Trace> traces;
    for (const TraceId id : retrieval.ids) {
        const auto stored = TRY(read_retrieved(context.store, retrieval, id));
        if (!stored) continue;
        traces.push_back(reader.read(*stored, context.now));
        rollup.add(graph_of_trace(traces.back()));
    }
    rollup.add(links_between(traces));

    PageBinding binding("GetRetrievedTracesGraph");
    binding.add(request.retrieval_token);
    ServiceGraphAnswer page;
    TRY(answer_graph_page(context, binding, request.next_token, rollup, page));
    answer.services = std::move(page.services);
    answer.next_token = std::move(page.next_token);
    ServiceLinks links = service_links(traces);
    for (const ServiceNode& node : answer.services) {
        const auto found = node.is_client ? links.end() : links.find(node.service);
        answer.links.push_back(found == links.end() ? std::vector<TraceLink>()
                                                    : std::move(found->second));
    }
    return answer;
}

}  // namespace tomograph
