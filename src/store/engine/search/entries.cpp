#include <algorithm>

#include "store/engine/search/entry_counter.h"
#include "store/engine/search/searches.h"
#include "store/engine/search/trace_search.h"
#include "trace/predicate_elements.h"

namespace tomograph {
namespace {

/// A trace that columns do not tell of.
void add_read(TraceId id, const Trace& trace, std::int64_t second, EntryList& list) {
    const Entity* root = leading_entity(trace);
    if (root == nullptr) return;
    const Span& span = *root->span;
    const auto spans = std::count_if(trace.entities.begin(), trace.entities.end(),
                                     [](const Entity& each) { return !each.is_inferred; });
    const EntryPoint point{.service = std::string(span.name),
                           .type = std::string(span.origin),
                           .method = std::string(span.http.method)};
    TraceEntry entry;
    entry.second = second;
    entry.draw = draw_of(id);
    entry.spans = static_cast<std::uint32_t>(spans);
    entry.error = span.error || span.throttle;
    entry.fault = span.fault;
    list.add(point, span.http.url, entry);
}

}  // namespace

Result<TraceEntries> list_entries(StoreCore& core, const TraceSelection& traces) {
    EntryList list;
    EntryCounter counter(list);
    std::uint64_t read = 0;
    TraceSearch search(core, TraceSearch::options_of(traces, &counter));
    TRY(search.start());
    while (TRY(search.advance())) {
        auto matched = TRY(search.take());
        if (!matched) continue;
        if (!matched->trace) matched->trace = search.reader().assemble(matched->stored);
        ++read;
        add_read(matched->stored.id, *matched->trace, search.last().second, list);
        search.hold(list.bytes());
    }
    TRY(search.finish());
    TraceEntries entries = std::move(list).take();
    entries.read = read;
    entries.coverage = search.coverage();
    return entries;
}

}  // namespace tomograph
