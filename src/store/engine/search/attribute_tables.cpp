#include <algorithm>
#include <map>

#include "store/engine/search/searches.h"
#include "store/engine/search/top_entries.h"
#include "store/engine/search/trace_search.h"

namespace tomograph {
namespace {

/// What an entry of a table costs beside its text.
constexpr std::uint64_t entry_bytes = 128;

/// Calls with every value of the spans of each trace that matches.
template <class Visit, class AfterTrace>
Result<SearchCoverage> visit_values(StoreCore& core, const TraceSelection& traces,
                                    const Visit& visit, const AfterTrace& after_trace) {
    TraceSearch search(core, TraceSearch::options_of(traces));
    TRY(search.start());
    while (TRY(search.advance())) {
        auto matched = TRY(search.take());
        if (!matched) continue;
        if (!matched->trace) matched->trace = search.reader().assemble(matched->stored);
        TRY(search.reader().visit(matched->stored, *matched->trace, visit));
        after_trace(search);
    }
    search.finish();
    return search.coverage();
}

void count_kind(AttributeName& name, ScalarKind kind) {
    switch (kind) {
        case ScalarKind::text:
            ++name.texts;
            return;
        case ScalarKind::number:
            ++name.numbers;
            return;
        case ScalarKind::boolean:
            ++name.booleans;
            return;
    }
}

}  // namespace

Result<AttributeNames> list_attribute_names(StoreCore& core, const TraceSelection& traces,
                                            std::size_t limit) {
    std::map<std::string, AttributeName, std::less<>> table;
    std::uint64_t bytes = 0;
    const auto visit = [&](std::string_view path, const ScalarView& value) {
        auto place = table.find(path);
        if (place == table.end()) {
            place = table.emplace(path, AttributeName{.path = std::string(path)}).first;
            bytes += entry_bytes + 2 * path.size();
        }
        count_kind(place->second, value.kind);
    };
    AttributeNames names;
    names.coverage = TRY(visit_values(core, traces, visit, [&](TraceSearch& search) {
        search.hold(bytes);
        if (table.size() > limit) search.stop(SearchStop::memory);
    }));
    for (auto& [path, name] : table) {
        if (names.names.size() == limit) break;
        names.names.push_back(std::move(name));
    }
    return names;
}

Result<AttributeValues> count_attribute_values(StoreCore& core, const AttributeValuesQuery& query) {
    std::map<Scalar, std::uint64_t> table;
    std::uint64_t bytes = 0;
    AttributeValues values;
    const auto visit = [&](std::string_view path, const ScalarView& value) {
        if (path != query.path) return;
        const auto [place, is_new] = table.try_emplace(to_scalar(value));
        if (is_new) bytes += entry_bytes + value.text.size();
        ++place->second;
        ++values.count;
    };
    values.coverage = TRY(
        visit_values(core, query.traces, visit, [&](TraceSearch& search) { search.hold(bytes); }));
    values.distinct = table.size();
    values.values.reserve(table.size());
    for (const auto& [value, count] : table)
        values.values.push_back({.value = value, .count = count});
    keep_top(values.values, query.limit,
             [](const AttributeValueCount& each) { return each.count; });
    return values;
}

}  // namespace tomograph
