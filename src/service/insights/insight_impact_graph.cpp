#include "service/insights/insight_impact_graph.h"

#include <algorithm>
#include <set>

#include "query/graph_page.h"
#include "query/group_graph.h"
#include "service/insights/insight_service.h"
#include "service/insights/limits.h"

namespace tomograph {
namespace {

/// The services from which calls lead to `cause`, and itself.
std::set<ServiceKey> callers_of(const GraphRollup& graph, const ServiceKey& cause) {
    std::multimap<ServiceKey, ServiceKey> callers;
    for (const auto& [key, cell] : graph.cells)
        if (key.entry == GraphEntry::edge) callers.emplace(key.target, key.source);
    std::set<ServiceKey> found{cause};
    std::vector<ServiceKey> waiting{cause};
    while (!waiting.empty()) {
        const ServiceKey next = waiting.back();
        waiting.pop_back();
        const auto [first, last] = callers.equal_range(next);
        for (auto caller = first; caller != last; ++caller)
            if (found.insert(caller->second).second) waiting.push_back(caller->second);
    }
    return found;
}

void keep_only(GraphRollup& graph, const std::set<ServiceKey>& services) {
    std::erase_if(graph.cells, [&](const auto& each) {
        const GraphKey& key = each.first;
        if (key.entry == GraphEntry::node) return !services.contains(key.target);
        return key.entry == GraphEntry::link || !services.contains(key.source) ||
               !services.contains(key.target);
    });
}

}  // namespace

Result<ServiceGraphAnswer> get_impact_graph(const QueryContext& context,
                                            const StoredInsight& insight,
                                            const ImpactGraphRequest& request) {
    TRY(check_insight_page(0, 1, request.next_token));
    TRY(check_insight_range(request.start, request.end, context.now));
    if (request.end - request.start > impact_graph_range_max)
        return Error(ErrorCode::invalid, "the time from StartTime to EndTime is more than 6 hours");
    const Instant begun = Instant::from_seconds(insight.start_minute * 60);
    const std::int64_t end_minute = insight.end_minute.value_or(insight.updated_minute + 1);
    const TimeRange range{.start = std::max(request.start, begun),
                          .end = std::min(request.end, Instant::from_seconds(end_minute * 60))};
    ServiceGraphAnswer answer;
    answer.start_second = range.start.second();
    answer.end_second = std::max(range.start, range.end).second();
    if (range.end <= range.start) return answer;

    GroupGraph graph = TRY(
        read_group_graph(context, range, GraphGrain::whole, insight.group_name, insight.group_arn));
    keep_only(graph.rollup, callers_of(graph.rollup, insight.root_cause));
    PageBinding binding("GetInsightImpactGraph");
    binding.add(insight.id).add(request.start.ns).add(request.end.ns);
    TRY(answer_graph_page(context, binding, request.next_token, graph.rollup, answer));
    return answer;
}

}  // namespace tomograph
