#include "service/groups/group_meter.h"

#include <algorithm>
#include <utility>

#include "query/group_graph.h"
#include "service/limits.h"
#include "trace/graph_cells.h"
#include "trace/graph_of_trace.h"

namespace tomograph {
namespace {

GraphSelection client_edges() {
    return {.edges = {{.source = {.name = {}, .type = std::string(client_type), .account = {}},
                       .target = {}}}};
}

/// What there is now beyond what was counted, which it becomes.
std::uint64_t take_more(std::int64_t& counted, std::int64_t now) {
    if (now <= counted) return 0;
    return static_cast<std::uint64_t>(now - std::exchange(counted, now));
}

}  // namespace

GroupMeter::Meter GroupMeter::make_meter(const std::string& group) {
    constexpr std::array<std::string_view, outcomes> names = {"ok", "error", "throttle", "fault"};
    Meter meter;
    for (std::size_t i = 0; i < outcomes; ++i)
        meter.requests[i] = &parts_.metrics.counter(
            "tomograph_group_requests_total", "Requests of clients in traces of a group.",
            {{"group", group}, {"outcome", std::string(names[i])}});
    meter.seconds =
        &parts_.metrics.histogram("tomograph_group_response_seconds",
                                  "Response times of requests of clients in traces of a group.",
                                  latency_bounds_seconds(), {{"group", group}});
    meter.last_minute =
        &parts_.metrics.gauge("tomograph_group_approximate_trace_count",
                              "Traces of a group in the last minute.", {{"group", group}});
    return meter;
}

Result<void> GroupMeter::tick() {
    if (!parts_.store.status().ready) return {};
    const std::int64_t due = minute_of(parts_.clock.now() - group_settle_time);
    if (last_due_ == due) return {};
    const std::int64_t first =
        std::clamp(last_due_.value_or(due), due - group_meter_minutes_max, due) -
        group_meter_minutes;
    const auto state = parts_.groups.now();
    for (const GroupRecord& group : state->groups) TRY(count(group, first, due));
    for (auto& [name, meter] : meters_) {
        const bool is_there = std::any_of(state->groups.begin(), state->groups.end(),
                                          [&](const auto& group) { return group.name == name; });
        if (!is_there) meter.last_minute->set(0);
    }
    last_due_ = due;
    return {};
}

Result<void> GroupMeter::count(const GroupRecord& group, std::int64_t first, std::int64_t due) {
    if (!meters_.contains(group.name)) {
        // Names come and go, and a metric stays: those beyond are not counted.
        if (meters_.size() >= group_meters_max) return {};
        meters_.emplace(group.name, make_meter(group.name));
    }
    Meter& meter = meters_.at(group.name);
    const QueryContext context{.store = parts_.store,
                               .token_key = no_key_,
                               .metrics = query_metrics_,
                               .now = parts_.clock.now(),
                               .groups = &parts_.directory};
    const GraphSeriesQuery query{.range = {.start = Instant::from_seconds(first * 60),
                                           .end = Instant::from_seconds(due * 60)},
                                 .period_minutes = 1,
                                 .selection = client_edges()};
    const GroupSeries read = TRY(read_group_series(context, query, group.name, group.arn));
    std::erase_if(meter.minutes, [&](const auto& each) { return each.first < first; });
    // What was there before the program is not news.
    const bool is_counting = !meter.is_new || last_due_.has_value();
    meter.is_new = false;
    std::int64_t in_last_minute = 0;
    for (const auto& [minute, now] : read.series.points) {
        Counted& counted = meter.minutes[minute];
        const std::array<std::int64_t, outcomes> requests = {now.ok, now.error, now.throttle,
                                                             now.fault};
        for (std::size_t i = 0; i < outcomes; ++i) {
            const std::uint64_t more = take_more(counted.requests[i], requests[i]);
            if (is_counting) meter.requests[i]->add(more);
        }
        for (const LatencyHistogram::Entry& entry : now.response_time.buckets()) {
            const std::uint64_t more = take_more(counted.latencies[entry.bucket], entry.count);
            if (is_counting && more > 0)
                meter.seconds->observe(LatencyHistogram::value_of(entry.bucket).as_seconds(), more);
        }
        if (minute == due - 1) in_last_minute = now.total();
    }
    meter.last_minute->set(static_cast<double>(std::max<std::int64_t>(in_last_minute, 0)));
    return {};
}

}  // namespace tomograph
