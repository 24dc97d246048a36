#include "store/engine/read_graph.h"

#include <memory>
#include <mutex>

#include "store/engine/open_graph.h"
#include "store/engine/stretch_sums.h"
#include "trace/graph_cells.h"

namespace tomograph {
namespace {

Result<void> add_minutes(const std::vector<GraphSource>& sources, const MinuteStretch& minutes,
                         GraphSum& sum) {
    for (const GraphSource& source : sources) {
        const auto table = TRY(source.table());
        if (!table) continue;
        sum.add(table,
                {.first = align_minute(minutes.first, source.grain()), .last = minutes.last});
    }
    return {};
}

}  // namespace

Result<GraphRollup> read_graph(StoreCore& core, const GraphRead& read) {
    if (read.range.end <= read.range.start) return GraphRollup();
    const MinuteStretch minutes{.first = minute_of(read.range.start),
                                .last = minute_of(read.range.end - Duration::nanoseconds(1))};
    const bool is_whole = read.grain == GraphGrain::whole;
    GraphSum sum({.grain = is_whole ? grain_whole : 1, .group = read.group});
    Parts parts;
    {
        const std::lock_guard refresh(core.refresh);
        TRY(describe_open_traces(core));
        auto view = core.view.lock();
        parts = view->parts;
        sum.add(std::make_shared<const RollupTable>(
                    table_of(view->open_sum, minutes.first, minutes.last)),
                minutes);
    }
    const std::vector<GraphSource> sources = graph_sources(*parts, minutes);
    if (is_whole)
        TRY(add_stretches(core, sources, minutes, read.group, sum));
    else
        TRY(add_minutes(sources, minutes, sum));
    return rollup_of(sum.take());
}

}  // namespace tomograph
