#include "trace/graph_cells.h"

#include <algorithm>

namespace tomograph {

std::int64_t minute_of(Instant t) {
    const std::int64_t second = t.second();
    return second >= 0 ? second / 60 : -((-second + 59) / 60);
}

GraphCell& touch(GraphRollup& graph, GraphKey key, Instant start, Instant end) {
    const auto [place, is_new] = graph.cells.try_emplace(std::move(key));
    GraphCell& cell = place->second;
    cell.first_start = is_new ? start : std::min(cell.first_start, start);
    cell.last_end = is_new ? end : std::max(cell.last_end, end);
    return cell;
}

void count_request(RequestStatistics& statistics, const Span& span) {
    if (span.in_progress) return;
    ++(span.fault      ? statistics.fault
       : span.throttle ? statistics.throttle
       : span.error    ? statistics.error
                       : statistics.ok);
    statistics.response_time.add(span.duration());
    // Wraps like the sums it becomes part of: a correction then still takes away what was added.
    statistics.response_time_ns =
        static_cast<std::int64_t>(static_cast<std::uint64_t>(statistics.response_time_ns) +
                                  static_cast<std::uint64_t>(span.duration().ns));
}

}  // namespace tomograph
