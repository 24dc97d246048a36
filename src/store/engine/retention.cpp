#include "store/engine/retention.h"

#include <algorithm>

#include "base/log.h"
#include "store/file_names.h"

namespace tomograph {

bool Retention::clock_is_believable() {
    const Instant wall = core_.clock.now();
    const Duration mono = core_.clock.monotonic();
    const Duration drift = (wall - wall_) - (mono - mono_);
    wall_ = wall;
    mono_ = mono;
    if (drift > clock_jump_max || drift < Duration{-clock_jump_max.ns}) {
        log_warn("wall clock jumped, retention waits", {{"seconds", drift.as_seconds()}});
        hold_until_ = mono + retention_hold;
    }
    return mono >= hold_until_;
}

Result<void> Retention::run(const std::function<Lsn()>& floor) {
    const bool is_believable = clock_is_believable();
    const Duration now = core_.clock.monotonic();
    if (now < next_) return {};
    next_ = now + retention_interval;
    const bool has_age = core_.options.retention_age > Duration{};
    if (is_believable) {
        auto old = has_age ? over_age(*core_.parts()) : std::vector<std::shared_ptr<LivePart>>();
        const std::size_t gone = TRY(drop(std::move(old), floor(), true));
        core_.metrics.parts_expired_age.add(gone);
    }
    if (is_believable && has_age) {
        const Instant horizon = core_.clock.now() - core_.options.retention_age;
        TRY(core_.telemetry.expire(horizon.second()));
    }
    if (core_.options.disk_budget_bytes > 0) {
        auto excess = over_budget(*core_.parts());
        const std::size_t gone = TRY(drop(std::move(excess), floor(), is_believable));
        core_.metrics.parts_expired_budget.add(gone);
    }
    return {};
}

std::vector<std::shared_ptr<LivePart>> Retention::over_age(const PartSnapshot& parts) const {
    const Instant horizon = core_.clock.now() - core_.options.retention_age;
    std::vector<std::shared_ptr<LivePart>> old;
    for (const auto& part : parts.parts)
        if (part->facts().end_max < horizon) old.push_back(part);
    return old;
}

/// The oldest activity goes first; the newest day stays whatever the budget says.
std::vector<std::shared_ptr<LivePart>> Retention::over_budget(const PartSnapshot& parts) const {
    std::vector<std::shared_ptr<LivePart>> oldest_first = parts.parts;
    std::sort(oldest_first.begin(), oldest_first.end(),
              [](const auto& a, const auto& b) { return a->facts().end_max < b->facts().end_max; });
    std::uint64_t bytes = 0;
    std::string newest_day;
    for (const auto& part : oldest_first) {
        bytes += part->facts().bytes;
        newest_day = std::max(newest_day, day_name(part->facts().second_max));
    }
    std::vector<std::shared_ptr<LivePart>> excess;
    for (const auto& part : oldest_first) {
        if (bytes <= core_.options.disk_budget_bytes) break;
        if (day_name(part->facts().second_max) == newest_day) continue;
        bytes -= part->facts().bytes;
        excess.push_back(part);
    }
    return excess;
}

Result<std::size_t> Retention::drop(std::vector<std::shared_ptr<LivePart>> parts, Lsn floor,
                                    bool ages) {
    std::erase_if(parts, [&](const auto& part) { return part->facts().lsn_max >= floor; });
    const std::size_t count = parts.size();
    TRY(folder_.run({.parts = std::move(parts), .floor = floor, .ages = ages}));
    return count;
}

}  // namespace tomograph
