#include "query/group_graph.h"

#include "query/group_directory.h"

namespace tomograph {
namespace {

/// Clocks of senders: traces may say that they came this much later than they did.
constexpr Duration clock_lead_max = Duration::days(1);

/// Without a directory there is one group: that of all traces.
Result<std::vector<GroupVersion>> versions_of(const QueryContext& context, const std::string& name,
                                              const std::string& arn) {
    if (context.groups != nullptr) return context.groups->versions_of(name, arn);
    const bool is_default_name = name.empty() || name == "Default";
    const bool is_default_arn = arn.empty() || arn.find(":group/Default/") != std::string::npos;
    if (is_default_name && is_default_arn) return std::vector<GroupVersion>(1);
    return Error(ErrorCode::invalid, "Group not found");
}

}  // namespace

Result<GroupGraph> read_group_graph(const QueryContext& context, const TimeRange& range,
                                    GraphGrain grain, const std::string& name,
                                    const std::string& arn) {
    const auto versions = TRY(versions_of(context, name, arn));
    GroupGraph graph;
    for (std::size_t i = 0; i < versions.size(); ++i) {
        const bool is_old = i + 1 < versions.size();
        if (is_old && versions[i + 1].since + clock_lead_max < range.start) continue;
        GraphRollup counted = TRY(context.store.graph(range, grain, versions[i].id));
        graph.contains_old_versions |= is_old && !counted.cells.empty();
        for (auto& [key, cell] : counted.cells) {
            GraphKey place = key;
            place.group = {};
            const auto [at, is_new] = graph.rollup.cells.try_emplace(std::move(place), cell);
            if (!is_new) at->second.add(cell);
        }
    }
    return graph;
}

}  // namespace tomograph
