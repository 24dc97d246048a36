#include "query/service_graph.h"

#include "query/decode_trace.h"
#include "query/graph_page.h"
#include "query/group_graph.h"
#include "query/request_checks.h"
#include "trace/graph_of_trace.h"

namespace tomograph {
Result<ServiceGraphAnswer> get_service_graph(const QueryContext& context,
                                             const ServiceGraphRequest& request) {
    TRY(check_range(request.start, request.end));
    PageBinding binding("GetServiceGraph");
    binding.add(request.start.ns)
        .add(request.end.ns)
        .add(request.group_name)
        .add(request.group_arn);
    const GroupGraph graph =
        TRY(read_group_graph(context, {.start = request.start, .end = request.end},
                             GraphGrain::whole, request.group_name, request.group_arn));
    ServiceGraphAnswer answer;
    answer.contains_old_group_versions = graph.contains_old_versions;
    answer.start_second = request.start.second();
    answer.end_second = request.end.second();
    TRY(answer_graph_page(context, binding, request.next_token, graph.rollup, answer));
    return answer;
}

Result<ServiceGraphAnswer> get_trace_graph(const QueryContext& context,
                                           const TraceGraphRequest& request) {
    const RequestedIds asked = TRY(read_trace_ids(request.trace_ids));
    PageBinding binding("GetTraceGraph");
    for (const std::string& id : request.trace_ids) binding.add(id);

    TraceReader reader(context.metrics);
    GraphRollup rollup;
    std::vector<Trace> traces;
    for (const RequestedIds::Asked& one : asked.known_form) {
        // The bytes of one trace at a time; what is decoded of all, for the links between them.
        const auto found = TRY(context.store.get(std::span(&one.id, 1)));
        for (const StoredTrace& stored : found) {
            traces.push_back(reader.read(stored, context.now));
            rollup.add(graph_of_trace(traces.back()));
        }
    }
    rollup.add(links_between(traces));
    ServiceGraphAnswer answer;
    TRY(answer_graph_page(context, binding, request.next_token, rollup, answer));
    return answer;
}

}  // namespace tomograph
