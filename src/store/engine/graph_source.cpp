#include "store/engine/graph_source.h"

#include <algorithm>
#include <utility>

#include "store/part/rollup_sum.h"

namespace tomograph {

GraphSource::GraphSource(const LivePart& part)
    : part_(&part),
      id_(part.id()),
      grain_(1),
      minutes_{.first = part.facts().minute_min, .last = part.facts().minute_max} {}

GraphSource::GraphSource(const LiveRollup& rollup)
    : rollup_(&rollup),
      id_(rollup.id()),
      grain_(rollup.listed().grain),
      minutes_{.first = rollup.listed().minute_min, .last = rollup.listed().minute_max} {}

bool GraphSource::is_damaged() const {
    return part_ != nullptr ? part_->is_damaged() : rollup_->is_damaged();
}

Result<GraphSource::Table> GraphSource::table() const {
    return unless_damaged(part_ != nullptr ? part_->rollup() : rollup_->table());
}

Result<GraphSource::Table> GraphSource::sums(const StretchRead& wanted) const {
    return unless_damaged(part_ != nullptr ? part_->rollup_sums(wanted) : rollup_->sums(wanted));
}

Result<GraphSource::Table> GraphSource::unless_damaged(Result<Table> table) const {
    if (table || part_ == nullptr || table.error().code() != ErrorCode::corrupt) return table;
    part_->report_damage(table.error());
    return Table();
}

std::vector<GraphSource> graph_sources(const PartSnapshot& parts, const MinuteStretch& minutes) {
    std::vector<GraphSource> sources;
    for (const auto& part : parts.parts)
        if (GraphSource source(*part); source.overlaps(minutes)) sources.push_back(source);
    for (const auto& rollup : parts.rollups) {
        const std::int64_t first = align_minute(minutes.first, rollup->listed().grain);
        if (GraphSource source(*rollup); source.overlaps({.first = first, .last = minutes.last}))
            sources.push_back(source);
    }
    std::sort(sources.begin(), sources.end(),
              [](const GraphSource& a, const GraphSource& b) { return a.id() < b.id(); });
    return sources;
}

}  // namespace tomograph
