#include "store/engine/search/name_counter.h"
#include "store/engine/search/searches.h"
#include "store/engine/search/trace_search.h"
#include "store/engine/search/value_counter.h"

namespace tomograph {
namespace {

/// Counts by columns what the counter can, and calls with every value of the spans of each other
/// trace that matches.
template <class Visit>
Result<SearchCoverage> visit_values(StoreCore& core, const TraceSelection& traces,
                                    RunCounter& counter, const Visit& visit) {
    TraceSearch search(core, TraceSearch::options_of(traces, &counter));
    TRY(search.start());
    while (TRY(search.advance())) {
        auto matched = TRY(search.take());
        if (!matched) continue;
        if (!matched->trace) matched->trace = search.reader().assemble(matched->stored);
        TRY(search.reader().visit(matched->stored, *matched->trace, visit));
    }
    TRY(search.finish());
    return search.coverage();
}

}  // namespace

Result<AttributeNames> list_attribute_names(StoreCore& core, const TraceSelection& traces,
                                            std::size_t limit) {
    NameTable table(limit);
    NameCounter counter(table);
    const auto visit = [&](std::string_view path, const ScalarView& value) {
        table.add(path, value.kind);
    };
    AttributeNames names;
    names.coverage = TRY(visit_values(core, traces, counter, visit));
    names.names = table.take();
    return names;
}

Result<AttributeValues> count_attribute_values(StoreCore& core, const AttributeValuesQuery& query) {
    ValueTable table;
    ValueCounter counter(query.path, table);
    const auto visit = [&](std::string_view path, const ScalarView& value) {
        if (path == query.path) table.add(to_scalar(value), 1);
    };
    const SearchCoverage coverage = TRY(visit_values(core, query.traces, counter, visit));
    AttributeValues values = table.take(query.limit);
    values.coverage = coverage;
    return values;
}

}  // namespace tomograph
