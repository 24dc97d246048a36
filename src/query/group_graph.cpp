#include "query/group_graph.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "query/filter/filter_expression.h"
#include "query/group_directory.h"
#include "query/limits.h"
#include "trace/graph_cells.h"

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

/// As often as a re-evaluation takes a group over while it is read: hardly ever once.
constexpr int reads_max = 3;

/// Gives each version that traces of the range may be counted under to `use`, which reads it into
/// `answer` and tells whether there was anything.
template <class Answer, class Use>
Result<Answer> for_each_version(const QueryContext& context, Instant start, const std::string& name,
                                const std::string& arn, const Use& use) {
    auto versions = TRY(versions_of(context, name, arn));
    for (int reads = 1;; ++reads) {
        Answer answer;
        for (std::size_t i = 0; i < versions.size(); ++i) {
            const bool is_old = i + 1 < versions.size();
            if (is_old && versions[i + 1].since + clock_lead_max < start) continue;
            const bool has_any = TRY(use(versions[i].id, answer));
            answer.contains_old_versions |= is_old && has_any;
        }
        auto after = TRY(versions_of(context, name, arn));
        if (after == versions || reads == reads_max) return answer;
        versions = std::move(after);
    }
}

/// The filter that the group has now. Nothing: it is every trace.
Result<std::optional<Predicate>> filter_of_group(const QueryContext& context,
                                                 const std::string& name, const std::string& arn) {
    const auto versions = TRY(versions_of(context, name, arn));
    if (versions.back().id.is_all()) return std::optional<Predicate>();
    const auto text =
        name.empty() ? context.groups->filter_of_arn(arn) : context.groups->filter_of_name(name);
    if (!text) return Error(ErrorCode::invalid, "Group not found");
    Predicate filter = TRY(compile_filter(*text, nullptr, context.account_id));
    return std::optional(std::move(filter));
}

}  // namespace

Result<GroupGraph> read_group_graph(const QueryContext& context, const TimeRange& range,
                                    GraphGrain grain, const std::string& name,
                                    const std::string& arn) {
    const auto add = [&](GroupId id, GroupGraph& graph) -> Result<bool> {
        const GraphRollup counted = TRY(context.store.graph(range, grain, id));
        for (const auto& [key, cell] : counted.cells) {
            GraphKey place = key;
            place.group = {};
            const auto [at, is_new] = graph.rollup.cells.try_emplace(std::move(place), cell);
            if (!is_new) at->second.add(cell);
        }
        return !counted.cells.empty();
    };
    return for_each_version<GroupGraph>(context, range.start, name, arn, add);
}

Result<GroupSeries> read_group_series(const QueryContext& context, GraphSeriesQuery query,
                                      const std::string& name, const std::string& arn) {
    const auto add = [&](GroupId id, GroupSeries& series) -> Result<bool> {
        query.group = id;
        GraphSeries counted = TRY(context.store.graph_series(query));
        const bool has_any = !counted.points.empty();
        if (series.series.points.empty())
            series.series = std::move(counted);
        else
            series.series.add(counted);
        return has_any;
    };
    return for_each_version<GroupSeries>(context, query.range.start, name, arn, add);
}

Result<GroupSeries> read_filtered_series(const QueryContext& context, const GraphSeriesQuery& query,
                                         Predicate filter, const std::string& name,
                                         const std::string& arn) {
    std::vector<Predicate> both;
    both.push_back(std::move(filter));
    auto of_group = TRY(filter_of_group(context, name, arn));
    if (of_group) both.push_back(std::move(*of_group));
    const FilteredGraph found = TRY(context.store.filtered_graph(
        {.range = query.range,
         .predicate = std::make_shared<const Predicate>(all_of(std::move(both))),
         .budget = {.time = series_filter_time_max}},
        GraphGrain::minute));
    if (found.coverage.is_partial())
        return Error(ErrorCode::limit,
                     "EntitySelectorExpression: the filter reads more traces than fit into one "
                     "answer; ask for a shorter time, or make the filter a group");
    return GroupSeries{.series = series_of(found.graph, query.selection, query.period_minutes,
                                           minute_of(query.range.start))};
}

}  // namespace tomograph
