#include "query/spans/span_names.h"

#include <map>
#include <memory>
#include <set>
#include <utility>

#include "query/spans/span_conditions.h"

namespace tomograph {
namespace {

/// Adds the values that the chosen spans have; of two such reads, each has half of the time.
Result<void> gather(const QueryContext& context, const TraceSelection& traces, Subject by,
                    Predicate spans, std::size_t limit, std::set<std::string>& names) {
    GroupQuery query{.traces = traces};
    query.traces.is_spread = true;
    query.traces.budget.time = Duration{traces.budget.time.ns / 2};
    query.traces.predicate = std::make_shared<Predicate>(some(Scope::span, spans));
    query.spans = std::make_shared<Predicate>(std::move(spans));
    query.by = std::move(by);
    query.limit = limit;
    const ValueGroups groups = TRY(context.store.group(query));
    for (const ValueGroup& group : groups.groups)
        if (group.value && !group.value->text.empty()) names.insert(group.value->text);
    return {};
}

Subject of(Field field) { return {.field = field, .path = {}}; }
Subject of(std::string path) { return {.field = Field::name, .path = std::move(path)}; }

std::vector<std::string> first_of(const std::set<std::string>& names, std::size_t limit) {
    std::vector<std::string> list(names.begin(), names.end());
    if (list.size() > limit) list.resize(limit);
    return list;
}

}  // namespace

Result<std::vector<std::string>> service_names(const QueryContext& context, TimeRange range,
                                               const SearchBudget& budget, std::size_t limit) {
    const TraceSelection traces{.range = range, .budget = budget};
    std::set<std::string> names;
    TRY(gather(context, traces, of(service_name_path()), came_by_otlp(), limit, names));
    TRY(gather(context, traces, of(Field::service), came_by_xray(), limit, names));
    return first_of(names, limit);
}

Result<std::vector<std::string>> span_names(const QueryContext& context, TimeRange range,
                                            const SearchBudget& budget, const std::string& service,
                                            std::optional<OtlpKind> kind, std::size_t limit) {
    const TraceSelection traces{.range = range, .budget = budget};
    std::set<std::string> names;
    const auto chosen = [&](Predicate came) {
        std::vector<Predicate> all = {std::move(came)};
        if (!service.empty()) all.push_back(span_service(TextTest{.text = service}));
        if (kind) all.push_back(span_kind(*kind));
        return all_of(std::move(all));
    };
    TRY(gather(context, traces, of(otel_name_path()), chosen(came_by_otlp()), limit, names));
    TRY(gather(context, traces, of(Field::name), chosen(came_by_xray()), limit, names));
    return first_of(names, limit);
}

Result<std::vector<ServiceCalls>> service_calls(const QueryContext& context, TimeRange range) {
    const GraphRollup graph = TRY(context.store.graph(range, GraphGrain::whole));
    std::map<std::pair<std::string, std::string>, std::int64_t> sums;
    for (const auto& [key, cell] : graph.cells)
        if (key.entry == GraphEntry::edge && key.source.type != "client")
            sums[{key.source.name, key.target.name}] += cell.statistics.total();
    std::vector<ServiceCalls> calls;
    for (const auto& [pair, count] : sums)
        if (count > 0) calls.push_back({pair.first, pair.second, count});
    return calls;
}

}  // namespace tomograph
