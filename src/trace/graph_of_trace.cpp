#include "trace/graph_of_trace.h"

#include <algorithm>
#include <set>

#include "trace/graph_cells.h"
#include "trace/link_edges.h"

namespace tomograph {
namespace {

ServiceKey client_of(const ServiceKey& service) {
    return {.name = service.name, .type = std::string(client_type), .account_id = ""};
}

/// When the last work of each segment ended: its own end or that of an asynchronous subsegment.
std::vector<Instant> work_ends(const Trace& trace) {
    std::vector<Instant> ends(trace.entities.size());
    for (std::size_t i = 0; i < trace.entities.size(); ++i) {
        const Entity& entity = trace.entities[i];
        ends[i] = entity.span->end;
        if (entity.segment < 0 || entity.is_inferred) continue;
        Instant& end = ends[static_cast<std::size_t>(entity.segment)];
        end = std::max(end, entity.span->end);
    }
    return ends;
}

void add_node(GraphRollup& graph, const Trace& trace, const Entity& entity, Instant work_end) {
    const Span& span = *entity.span;
    GraphCell& cell = touch(graph,
                            {.minute = minute_of(span.start),
                             .entry = GraphEntry::node,
                             .source = {},
                             .target = entity.service},
                            span.start, span.end);
    ++cell.presence;
    if (is_entry(trace, entity)) ++cell.roots;
    if (entity.is_inferred) ++cell.inferred;
    count_request(cell.statistics, span);
    if (!span.in_progress) cell.statistics.duration.add(work_end - span.start);
}

void add_client(GraphRollup& graph, const Entity& entry) {
    const Span& span = *entry.span;
    const ServiceKey client = client_of(entry.service);
    const std::int64_t minute = minute_of(span.start);
    ++touch(graph, {.minute = minute, .entry = GraphEntry::node, .source = {}, .target = client},
            span.start, span.end)
          .presence;
    GraphCell& edge = touch(
        graph,
        {.minute = minute, .entry = GraphEntry::edge, .source = client, .target = entry.service},
        span.start, span.end);
    ++edge.presence;
    count_request(edge.statistics, span);
}

/// One call seen by its caller: the subsegment, or the called segment where no subsegment was
/// recorded.
void add_call(GraphRollup& graph, const Span& call, const ServiceKey& source,
              const Entity& target) {
    GraphCell& edge = touch(graph,
                            {.minute = minute_of(call.start),
                             .entry = GraphEntry::edge,
                             .source = source,
                             .target = target.service},
                            call.start, call.end);
    ++edge.presence;
    count_request(edge.statistics, call);
    const bool is_seen_by_caller = &call != target.span && !target.is_inferred;
    if (!is_seen_by_caller || call.name == target.service.name) return;
    if (edge.alias.empty() || call.name < edge.alias) edge.alias = call.name;
}

/// The edges of the segments under one entity. A subsegment is one call, however often the called
/// service answered it.
void add_calls(GraphRollup& graph, const Trace& trace, const Entity& caller) {
    if (caller.segment < 0) return;
    const ServiceKey& source = trace.entities[static_cast<std::size_t>(caller.segment)].service;
    std::set<ServiceKey> counted;
    for (const std::uint32_t child : caller.children) {
        const Entity& target = trace.entities[child];
        if (!target.is_segment) continue;
        if (caller.is_segment)
            add_call(graph, *target.span, source, target);
        else if (counted.insert(target.service).second)
            add_call(graph, *caller.span, source, target);
    }
}

}  // namespace

GraphRollup graph_of_trace(const Trace& trace) {
    GraphRollup graph;
    add_graph_of_trace(graph, trace);
    return graph;
}

void add_graph_of_trace(GraphRollup& graph, const Trace& trace) {
    const std::vector<Instant> ends = work_ends(trace);
    for (std::size_t i = 0; i < trace.entities.size(); ++i) {
        const Entity& entity = trace.entities[i];
        add_calls(graph, trace, entity);
        if (!entity.is_segment) continue;
        add_node(graph, trace, entity, ends[i]);
        if (is_entry(trace, entity)) add_client(graph, entity);
    }
    add_links(graph, std::span(&trace, 1), LinkScope::inside);
}

GraphRollup links_between(std::span<const Trace> traces) {
    GraphRollup graph;
    add_links(graph, traces, LinkScope::between);
    return graph;
}

}  // namespace tomograph
