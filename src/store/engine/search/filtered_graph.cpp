#include "store/engine/search/searches.h"
#include "store/engine/search/trace_search.h"
#include "trace/graph_cells.h"
#include "trace/graph_of_trace.h"

namespace tomograph {
namespace {

/// What a cell costs: its key, counts and a histogram.
constexpr std::uint64_t cell_bytes = 1024;

Instant start_of_minute(std::int64_t minute) { return Instant::from_seconds(minute * 60); }

}  // namespace

Result<FilteredGraph> graph_of_traces(StoreCore& core, const TraceSelection& traces,
                                      GraphGrain grain) {
    FilteredGraph filtered;
    filtered.coverage.oldest = traces.range.start;
    if (traces.range.end <= traces.range.start) return filtered;
    const std::int64_t first = minute_of(traces.range.start);
    const std::int64_t last = minute_of(traces.range.end - Duration::nanoseconds(1));
    TraceSearch::Options options = TraceSearch::options_of(traces);
    options.range = {.range = {start_of_minute(first), start_of_minute(last + 1)},
                     .type = TimeRangeType::event};
    TraceSearch search(core, std::move(options));
    TRY(search.start());
    while (TRY(search.advance())) {
        auto matched = TRY(search.take());
        if (!matched) continue;
        if (!matched->trace) matched->trace = search.reader().assemble(matched->stored);
        const GraphRollup rollup = graph_of_trace(*matched->trace);
        for (const auto& [key, cell] : rollup.cells) {
            if (key.minute < first || key.minute > last) continue;
            GraphKey place = key;
            if (grain == GraphGrain::whole) place.minute = 0;
            filtered.graph.cells[std::move(place)].add(cell);
        }
        search.hold(filtered.graph.cells.size() * cell_bytes);
    }
    TRY(search.finish());
    filtered.coverage = search.coverage();
    if (search.is_at_end()) filtered.coverage.oldest = traces.range.start;
    return filtered;
}

}  // namespace tomograph
