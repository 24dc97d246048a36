#include "query/live_tail.h"

#include <algorithm>
#include <optional>

#include "base/log.h"
#include "query/decode_trace.h"
#include "query/limits.h"
#include "query/trace_attributes.h"

namespace tomograph {
LiveTail::LiveTail(TraceStore& store, const Clock& clock, QueryMetrics& metrics)
    : store_(store), clock_(clock), metrics_(metrics) {}

void LiveTail::note(std::span<const TraceId> traces) {
    if (!is_watched()) return;
    const Duration now = clock_.monotonic();
    auto incoming = incoming_.lock();
    for (const TraceId id : traces) {
        const auto known = incoming->traces.find(id);
        if (known != incoming->traces.end())
            known->second.last = now;
        else if (incoming->traces.size() < tail_traces_max)
            incoming->traces.emplace(id, Seen{now, now});
        else
            ++incoming->lost;
    }
}

Result<void> LiveTail::watch(SharedPredicate predicate, Watcher watcher) {
    auto added = new_watchers_.lock();
    if (added->watchers >= tail_watchers_max)
        return Error(ErrorCode::unavailable, "too many watch the live tail already");
    ++added->watchers;
    Watching watching{.matcher = nullptr, .call = std::move(watcher)};
    if (predicate) watching.matcher = std::make_shared<const TraceMatcher>(*predicate);
    added->waiting.push_back(std::move(watching));
    is_watched_ = true;
    return {};
}

void LiveTail::tick() {
    if (!is_watched()) return;
    take_new_watchers();
    std::uint64_t lost = 0;
    const std::vector<TraceId> due = take_due(lost);
    std::list<Told> told;
    for (std::size_t at = 0; at < due.size(); at += tail_read_traces)
        read(std::span(due).subspan(at, std::min(tail_read_traces, due.size() - at)), told);
    tell_watchers(lost);
}

void LiveTail::take_new_watchers() {
    auto added = new_watchers_.lock();
    for (Watching& each : added->waiting) watching_.push_back(std::move(each));
    added->waiting.clear();
}

std::vector<TraceId> LiveTail::take_due(std::uint64_t& lost) {
    const Duration now = clock_.monotonic();
    std::vector<std::pair<Duration, TraceId>> due;
    {
        auto incoming = incoming_.lock();
        lost = std::exchange(incoming->lost, 0);
        for (auto at = incoming->traces.begin(); at != incoming->traces.end();) {
            const Seen& seen = at->second;
            if (now - seen.last < tail_quiet_time && now - seen.first < tail_wait_max) {
                ++at;
                continue;
            }
            due.emplace_back(seen.first, at->first);
            at = incoming->traces.erase(at);
        }
    }
    std::sort(due.begin(), due.end());
    std::vector<TraceId> ids;
    for (const auto& [first, id] : due) ids.push_back(id);
    return ids;
}

void LiveTail::read(std::span<const TraceId> ids, std::list<Told>& told) {
    const auto traces = store_.get(ids);
    if (!traces) return log_warn("live tail reads nothing", {{"error", traces.error()}});
    for (const StoredTrace& stored : *traces) show(stored, told);
}

void LiveTail::show(const StoredTrace& stored, std::list<Told>& told) {
    TraceReader reader(metrics_);
    // Predicates ask a trace as of after_grace; people see it as of now.
    const Trace asked = reader.read(stored, after_grace);
    if (asked.entities.empty()) return;
    const bool is_update = remember(stored.id);
    const Told* shown = nullptr;
    for (Watching& each : watching_) {
        if (each.matcher) {
            const TraceAttributes attributes = attributes_for(*each.matcher, stored, asked);
            if (!each.matcher->matches({.trace = asked,
                                        .attributes = attributes,
                                        .limit_exceeded = stored.limit_exceeded}))
                continue;
        }
        if (shown == nullptr) {
            told.push_back({summarise(reader.read(stored, clock_.now())), is_update});
            shown = &told.back();
        }
        each.tick.traces.push_back(shown);
    }
}

/// Whether it was told before, as far back as is remembered.
bool LiveTail::remember(TraceId id) {
    if (!told_.insert(id).second) return true;
    told_order_.push_back(id);
    if (told_order_.size() > tail_traces_max) {
        told_.erase(told_order_.front());
        told_order_.pop_front();
    }
    return false;
}

void LiveTail::tell_watchers(std::uint64_t lost) {
    const std::size_t before = watching_.size();
    std::erase_if(watching_, [&](Watching& each) {
        each.tick.lost = lost;
        const bool goes_on = each.call(each.tick);
        each.tick = {};
        return !goes_on;
    });
    if (watching_.size() == before) return;
    auto added = new_watchers_.lock();
    added->watchers -= before - watching_.size();
    if (added->watchers > 0) return;
    is_watched_ = false;
    incoming_.lock()->traces.clear();
    told_.clear();
    told_order_.clear();
}

}  // namespace tomograph
