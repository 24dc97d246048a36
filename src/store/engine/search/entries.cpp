#include <algorithm>

#include "store/engine/search/entry_counter.h"
#include "store/engine/search/searches.h"
#include "store/engine/search/trace_search.h"
#include "trace/predicate_elements.h"

namespace tomograph {
namespace {

/// Of a trace that columns do not tell of. bytes: 0, for fill_bytes()
void add_read(TraceId id, const Trace& trace, std::int64_t second, EntryTable& table) {
    const Entity* root = leading_entity(trace);
    if (root == nullptr) return;
    const Span& span = *root->span;
    const auto spans = std::count_if(trace.entities.begin(), trace.entities.end(),
                                     [](const Entity& each) { return !each.is_inferred; });
    const EntryPoint point{.service = std::string(span.name),
                           .type = std::string(span.origin),
                           .method = std::string(span.http.method),
                           .url = std::string(span.http.url)};
    TraceEntry entry;
    entry.second = second;
    entry.draw = draw_of(id);
    entry.spans = static_cast<std::uint32_t>(spans);
    entry.error = span.error || span.throttle;
    entry.fault = span.fault;
    table.add(point, entry);
}

/// Traces that are not sealed yet will take as much as the others, span by span.
void fill_bytes(TraceEntries& entries) {
    constexpr double bytes_per_span_otherwise = 60;
    double bytes = 0;
    double spans = 0;
    for (const TraceEntry& entry : entries.traces) {
        if (entry.bytes == 0) continue;
        bytes += static_cast<double>(entry.bytes);
        spans += entry.spans;
    }
    const double each = spans > 0 ? bytes / spans : bytes_per_span_otherwise;
    for (TraceEntry& entry : entries.traces)
        if (entry.bytes == 0) entry.bytes = static_cast<std::uint64_t>(each * entry.spans);
}

}  // namespace

Result<TraceEntries> list_entries(StoreCore& core, const TraceSelection& traces) {
    EntryTable table;
    EntryCounter counter(table);
    std::uint64_t read = 0;
    TraceSearch search(core, TraceSearch::options_of(traces, &counter));
    TRY(search.start());
    while (TRY(search.advance())) {
        auto matched = TRY(search.take());
        if (!matched) continue;
        if (!matched->trace) matched->trace = search.reader().assemble(matched->stored);
        ++read;
        add_read(matched->stored.id, *matched->trace, search.last().second, table);
        search.hold(table.bytes());
    }
    TRY(search.finish());
    TraceEntries entries = table.take();
    fill_bytes(entries);
    entries.read = read;
    entries.coverage = search.coverage();
    return entries;
}

}  // namespace tomograph
