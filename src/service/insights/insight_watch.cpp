#include "service/insights/insight_watch.h"

#include <algorithm>
#include <array>

#include "service/insights/limits.h"
#include "trace/graph_cells.h"

namespace tomograph {
namespace {

constexpr std::array kinds = {InsightKind::fault, InsightKind::latency, InsightKind::throughput};

/// Insights that ended in the hours before a start: more than these are no help.
constexpr std::size_t recent_max = 1000;

const ChangeOrigin evaluator{.who = "tomograph", .address = "", .operation = "EvaluateInsights"};

}  // namespace

InsightMetrics::InsightMetrics(MetricsRegistry& registry)
    : minutes(registry.counter("tomograph_service_insight_minutes_evaluated_total",
                               "Minutes of groups that were looked at for insights.")),
      failures(registry.counter("tomograph_service_insight_failures_total",
                                "Evaluations of insights that failed, and are tried again.")),
      seconds(registry.histogram("tomograph_service_insight_evaluation_seconds",
                                 "Time that it took to look at what was due.",
                                 latency_bounds_seconds())),
      services_left_out(
          registry.gauge("tomograph_service_insight_services_left_out",
                         "Services of the largest group that insights do not look at.")) {
    for (const InsightKind kind : kinds)
        active.push_back(&registry.gauge("tomograph_service_insights_active",
                                         "Insights that are active.",
                                         {{"kind", std::string(name_of(kind))}}));
}

InsightWatch::InsightWatch(const Parts& parts)
    : parts_(parts), metrics_(parts.metrics), query_metrics_(parts.metrics) {}

void InsightWatch::Outcome::add(InsightChange change) {
    const auto [place, is_new] = changes.try_emplace(change.insight.id, change);
    if (is_new) return;
    place->second.insight = std::move(change.insight);
    for (InsightEvent& event : change.events) place->second.events.push_back(std::move(event));
}

Result<void> InsightWatch::tick() {
    if (!parts_.store.status().ready) return {};
    const std::int64_t due = minute_of(parts_.clock.now() - insight_settle_time);
    const auto done = work(due);
    if (!done) {
        is_loaded_ = false;
        metrics_.failures.add();
    }
    count_active();
    return done;
}

Result<void> InsightWatch::work(std::int64_t due) {
    if (!is_loaded_) TRY(load(due));
    const auto state = parts_.groups.now();
    TRY(end_switched_off(state->groups, due));
    for (const GroupRecord& group : state->groups)
        if (group.insights.enabled) TRY(evaluate(group, due));
    return remove_old(due);
}

Result<void> InsightWatch::load(std::int64_t due) {
    next_minute_.clear();
    states_.clear();
    const auto look = [&](const CatalogView& view) -> Result<void> {
        const auto progress = TRY(view.insights().progress());
        auto active = TRY(view.insights().active());
        const InsightQuery ended{.first_minute = due - catch_up_minutes - past_minutes,
                                 .last_minute = due + 1,
                                 .is_active = false,
                                 .limit = recent_max};
        auto closed = TRY(view.insights().list(ended));
        for (const InsightProgress& each : progress)
            next_minute_[each.group_arn] = each.next_minute;
        for (StoredInsight& each : active)
            states_[{each.group_arn, each.kind}].active.push_back(std::move(each));
        for (StoredInsight& each : closed)
            if (*each.end_minute - each.start_minute < insight_minutes_max)
                states_[{each.group_arn, each.kind}].closed.push_back(std::move(each));
        return {};
    };
    TRY(parts_.catalog.read(look));
    is_loaded_ = true;
    return {};
}

std::int64_t InsightWatch::first_due(const std::string& arn, std::int64_t due) const {
    const auto known = next_minute_.find(arn);
    const std::int64_t earliest = due - catch_up_minutes;
    if (known == next_minute_.end()) return earliest;
    // A clock that was ahead for a long time is no reason to wait for as long.
    if (known->second > due + window_minutes_max) return due;
    return std::max(known->second, earliest);
}

Result<void> InsightWatch::evaluate(const GroupRecord& group, std::int64_t due) {
    const InsightGroup named{.name = group.name, .arn = group.arn};
    std::int64_t first = first_due(group.arn, due);
    next_minute_[group.arn] = first;
    while (first < due && !is_stopping_) {
        const std::int64_t last = std::min(first + window_minutes_max, due);
        const Duration begun = parts_.clock.monotonic();
        TRY(evaluate_window(named, first, last));
        metrics_.minutes.add(static_cast<std::uint64_t>(last - first));
        metrics_.seconds.observe((parts_.clock.monotonic() - begun).as_seconds());
        first = last;
    }
    return {};
}

Result<void> InsightWatch::evaluate_window(const InsightGroup& group, std::int64_t first,
                                           std::int64_t last) {
    const QueryContext context{.store = parts_.store,
                               .token_key = no_key_,
                               .metrics = query_metrics_,
                               .now = parts_.clock.now(),
                               .groups = &parts_.directory};
    const GroupWindow window = TRY(read_group_window(context, group, first, last));
    metrics_.services_left_out.set(static_cast<double>(window.services_left_out));
    Outcome outcome;
    for (const InsightKind kind : kinds) {
        InsightEvaluator its(group, kind, window);
        InsightState& state = states_[{group.arn, kind}];
        for (std::int64_t minute = first; minute < last; ++minute)
            for (InsightChange& change : its.step(minute, state)) outcome.add(std::move(change));
    }
    outcome.progress.push_back({.group_arn = group.arn, .next_minute = last});
    TRY(keep(outcome));
    next_minute_[group.arn] = last;
    return {};
}

Result<void> InsightWatch::end_switched_off(const std::vector<GroupRecord>& groups,
                                            std::int64_t due) {
    Outcome outcome;
    for (auto& [group_and_kind, state] : states_) {
        const bool is_on = std::any_of(groups.begin(), groups.end(), [&](const auto& group) {
            return group.arn == group_and_kind.first && group.insights.enabled;
        });
        if (is_on) continue;
        for (StoredInsight& insight : state.active) {
            InsightChange change{.insight = std::move(insight), .events = {}};
            end_insight(change, std::min(due, change.insight.updated_minute + 1),
                        InsightEnd::switched_off);
            outcome.add(std::move(change));
        }
        state.active.clear();
    }
    return outcome.changes.empty() ? Result<void>() : keep(outcome);
}

Result<void> InsightWatch::keep(const Outcome& outcome) {
    return parts_.catalog.change(evaluator, [&](CatalogChange& catalog) -> Result<void> {
        for (const auto& [id, change] : outcome.changes) {
            TRY(catalog.insights().put(change.insight));
            for (const InsightEvent& event : change.events)
                TRY(catalog.insights().put_event(id, event));
        }
        for (const InsightProgress& each : outcome.progress)
            TRY(catalog.insights().set_progress(each));
        return {};
    });
}

Result<void> InsightWatch::remove_old(std::int64_t due) {
    if (last_removal_ && due - *last_removal_ < 60) return {};
    const auto remove = [&](CatalogChange& catalog) {
        return catalog.insights().remove_before(due - insight_keep_days * 24 * 60);
    };
    TRY(parts_.catalog.change(evaluator, remove));
    last_removal_ = due;
    return {};
}

void InsightWatch::count_active() {
    std::array<std::size_t, kinds.size()> counts{};
    for (const auto& [group_and_kind, state] : states_)
        counts.at(static_cast<std::size_t>(group_and_kind.second)) += state.active.size();
    for (std::size_t kind = 0; kind < counts.size(); ++kind)
        metrics_.active[kind]->set(static_cast<double>(counts[kind]));
}

}  // namespace tomograph
