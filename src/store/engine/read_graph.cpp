#include "store/engine/read_graph.h"

#include <memory>
#include <mutex>
#include <numeric>
#include <utility>

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

MinuteStretch minutes_of(const TimeRange& range) {
    return {.first = minute_of(range.start),
            .last = minute_of(range.end - Duration::nanoseconds(1))};
}

bool is_history(const StoreCore& core, GroupId group) {
    if (group.is_all()) return false;
    const Groups groups = groups_now(core);
    return groups && groups->use_of(group) == GroupUse::history;
}

struct OpenRead {
    MinuteStretch minutes;
    GroupId group{};
    const GraphSelection* selection = nullptr;
};

/// Adds what the open traces have, and gives the parts without them. Of a version that is history
/// only the sums of traces that are gone count.
Result<Parts> add_open(StoreCore& core, const OpenRead& read, GraphSum& sum) {
    if (is_history(core, read.group)) return make_snapshot({}, core.parts()->rollups);
    const std::lock_guard refresh(core.refresh);
    TRY(describe_open_traces(core, read.minutes.last));
    auto view = core.view.lock();
    sum.add(std::make_shared<const RollupTable>(
                table_of(view->open_sum, read.minutes.first, read.minutes.last)),
            read.minutes, read.selection);
    return view->parts;
}

/// Of the one key that the table has.
GraphSeries series_in(const RollupTable& table) {
    GraphSeries series;
    GraphRollup rollup = rollup_of(table);
    for (auto& [key, cell] : rollup.cells)
        series.points.emplace(key.minute, std::move(cell.statistics));
    return series;
}

}  // namespace

Result<GraphRollup> read_graph(StoreCore& core, const GraphRead& read) {
    if (read.range.end <= read.range.start) return GraphRollup();
    const MinuteStretch minutes = minutes_of(read.range);
    const bool is_whole = read.grain == GraphGrain::whole;
    GraphSum sum({.grain = is_whole ? grain_whole : 1, .group = read.group});
    const Parts parts = TRY(add_open(core, {.minutes = minutes, .group = read.group}, sum));
    const std::vector<GraphSource> sources = graph_sources(*parts, minutes);
    if (is_whole)
        TRY(add_stretches(core, sources, minutes, read.group, sum));
    else
        TRY(add_minutes(sources, minutes, sum));
    return rollup_of(sum.take());
}

Result<GraphSeries> read_graph_series(StoreCore& core, const GraphSeriesQuery& query) {
    if (query.range.end <= query.range.start) return GraphSeries();
    const MinuteStretch minutes = minutes_of(query.range);
    const SeriesShape shape{.group = query.group,
                            .selection = std::make_shared<const GraphSelection>(query.selection),
                            .row_minutes = std::gcd(query.period_minutes, 60)};
    GraphSum sum({.grain = query.period_minutes,
                  .group = query.group,
                  .is_one_key = true,
                  .minute_first = minutes.first});
    const OpenRead open{
        .minutes = minutes, .group = query.group, .selection = shape.selection.get()};
    const Parts parts = TRY(add_open(core, open, sum));
    TRY(add_series(core, graph_sources(*parts, minutes), minutes, shape, sum));
    return series_in(sum.take());
}

}  // namespace tomograph
