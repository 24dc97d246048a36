#include "query/service_graph.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/hash.h"
#include "query/decode_trace.h"
#include "query/graph_services.h"
#include "query/graph_sums.h"
#include "query/group_graph.h"
#include "query/limits.h"
#include "query/request_checks.h"
#include "trace/graph_of_trace.h"

namespace tomograph {
namespace {

/// Tells whether two pages number the same services.
std::uint64_t fingerprint(const std::vector<ServiceNode>& services) {
    std::string keys;
    ByteWriter writer(keys);
    for (const ServiceNode& service : services) {
        writer.text(service.service.name);
        writer.text(service.service.type);
        writer.text(service.service.account_id);
    }
    return hash64(keys);
}

struct GraphPlace {
    std::uint64_t first = 0;
    std::uint64_t fingerprint = 0;
};

Result<GraphPlace> place_in(const QueryContext& context, const PageBinding& binding,
                            const std::string& token) {
    const std::string place = TRY(open_page_token(context.token_key, binding, token, context.now));
    ByteReader reader(place);
    GraphPlace result;
    result.first = reader.varint();
    result.fingerprint = reader.fixed<std::uint64_t>();
    return result;
}

/// Numbers all services, and leaves in the answer those of the page.
Result<void> answer_page(const QueryContext& context, const PageBinding& binding,
                         const std::string& token, const GraphRollup& rollup,
                         ServiceGraphAnswer& answer) {
    GraphSums sums = sum_minutes(rollup);
    fold_remote_nodes(sums, graph_nodes_max);
    answer.nodes_folded = sums.nodes_folded;
    std::vector<ServiceNode> services = services_of(sums);
    const std::uint64_t print = fingerprint(services);
    GraphPlace place{.first = 0, .fingerprint = print};
    if (!token.empty())
        place = TRY(place_in(context, binding, token));
    else
        context.metrics.nodes_folded.add(sums.nodes_folded);
    if (place.fingerprint != print)
        return Error(
            ErrorCode::invalid,
            "NextToken is of a graph that has changed since; ask for the first page again");

    const std::size_t first = std::min<std::size_t>(place.first, services.size());
    const std::size_t last = std::min(first + graph_page_services, services.size());
    answer.services.assign(
        std::make_move_iterator(services.begin() + static_cast<std::ptrdiff_t>(first)),
        std::make_move_iterator(services.begin() + static_cast<std::ptrdiff_t>(last)));
    if (last == services.size()) return {};
    std::string next;
    ByteWriter writer(next);
    writer.varint(last);
    writer.fixed(print);
    answer.next_token = seal_page_token(context.token_key, binding, next, context.now);
    return {};
}

}  // namespace

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
    TRY(answer_page(context, binding, request.next_token, graph.rollup, answer));
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
    TRY(answer_page(context, binding, request.next_token, rollup, answer));
    return answer;
}

}  // namespace tomograph
