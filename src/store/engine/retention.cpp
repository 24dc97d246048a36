#include "store/engine/retention.h"

#include <algorithm>

#include "base/log.h"
#include "store/file_names.h"

namespace tomograph {

RetentionAges Retention::ages() const {
    return {.default_age = core_.options.retention_age,
            .policies = publisher_.manifest().state().policies,
            .default_summary_age = core_.options.summary_age};
}

Result<void> Retention::run(const std::function<Lsn()>& floor) {
    const bool is_believable = clock_watch_.look();
    const Duration now = core_.clock.monotonic();
    if (now < next_) return {};
    next_ = now + retention_interval;
    if (is_believable) {
        const std::size_t gone = TRY(drop(over_age(*core_.parts()), floor(), true));
        core_.metrics.parts_expired_age.add(gone);
    }
    if (is_believable && core_.options.retention_age > Duration{}) {
        const Instant horizon = core_.clock.now() - core_.options.retention_age;
        TRY(core_.telemetry.expire(horizon.second()));
    }
    if (pins_changed_) {
        LiveParts loose = TRY(unpinned(*core_.parts()));
        const std::size_t count = loose.size();
        const std::size_t gone = TRY(drop(std::move(loose), floor(), is_believable));
        pins_changed_ = gone < count;
    }
    if (core_.options.disk_budget_bytes > 0) {
        const std::size_t gone = TRY(drop(over_budget(*core_.parts()), floor(), is_believable));
        core_.metrics.parts_expired_budget.add(gone);
    }
    set_forecast();
    return {};
}

Retention::LiveParts Retention::over_age(const PartSnapshot& parts) const {
    const RetentionAges its_ages = ages();
    LiveParts old;
    for (const auto& part : parts.parts) {
        const auto age = its_ages.of(part->retention_class());
        if (age && part->facts().end_max < core_.clock.now() - *age) old.push_back(part);
    }
    return old;
}

/// Days of the least class go first, the oldest of them before others; the last 24 hours stay
/// whatever the budget says, and so do pinned traces.
Retention::LiveParts Retention::over_budget(const PartSnapshot& parts) const {
    Instant newest;
    for (const auto& part : parts.parts) newest = std::max(newest, part->facts().end_max);
    // Neither a wrong clock nor a document of the far future makes what is new old.
    const Instant keep = std::min(newest, core_.clock.now()) - retention_keep_min;
    std::vector<RetentionSlice> slices = slices_of(parts, ages());
    std::uint64_t bytes = 0;
    for (const RetentionSlice& slice : slices) bytes += slice.bytes;
    // The default class is the least, then the policies from the last to the first.
    const auto rank = [](const RetentionSlice& slice) {
        const std::uint32_t its_class = slice.retention_class;
        return its_class == retention_class_default ? retention_class_pinned + 1 : its_class;
    };
    std::stable_sort(slices.begin(), slices.end(),
                     [&](const auto& a, const auto& b) { return rank(a) > rank(b); });
    LiveParts excess;
    for (const RetentionSlice& slice : slices) {
        if (bytes <= core_.options.disk_budget_bytes) break;
        if (slice.retention_class == retention_class_pinned || slice.end_max > keep) continue;
        bytes -= slice.bytes;
        for (const auto& part : parts.parts)
            if (part->retention_class() == slice.retention_class &&
                day_second_of(part->listed().path) == slice.day)
                excess.push_back(part);
    }
    return excess;
}

Result<Retention::LiveParts> Retention::unpinned(const PartSnapshot& parts) const {
    LiveParts loose;
    for (const auto& part : parts.parts) {
        if (part->retention_class() != retention_class_pinned || part->is_damaged()) continue;
        const auto pinned = rows_of(*part, publisher_.manifest().state().pins);
        if (pinned) {
            const std::uint64_t traces = part->facts().traces;
            if (pinned->size() < traces || traces == 0) loose.push_back(part);
        } else {
            if (pinned.error().code() != ErrorCode::corrupt) return pinned.error();
            part->report_damage(pinned.error());
        }
    }
    return loose;
}

RetentionReport Retention::report() const {
    RetentionReport report{.default_age = core_.options.retention_age,
                           .default_summary_age = core_.options.summary_age,
                           .budget_bytes = core_.options.disk_budget_bytes,
                           .policies = publisher_.manifest().state().policies,
                           .slices = slices_of(*core_.parts(), ages()),
                           .forecast = {},
                           .summary_saving_bytes = {},
                           .pins = publisher_.manifest().state().pins.size()};
    report.summary_saving_bytes = summary_saving(report.slices);
    std::uint64_t capacity = 0;
    for (const RetentionSlice& slice : report.slices) capacity += slice.bytes;
    const auto space = core_.files.space(core_.options.directory);
    if (space && space->free_bytes > core_.options.disk_free_min_bytes)
        capacity += space->free_bytes - core_.options.disk_free_min_bytes;
    if (core_.options.disk_budget_bytes > 0)
        capacity = std::min(capacity, core_.options.disk_budget_bytes);
    report.forecast = forecast_of(report.slices, ages(), core_.clock.now(), capacity);
    return report;
}

void Retention::set_forecast() {
    const RetentionForecast forecast = report().forecast;
    core_.full_at_ns = forecast.full ? forecast.full->ns : 0;
    core_.metrics.full_time.set(forecast.full ? forecast.full->as_seconds() : 0);
    core_.metrics.growth_bytes.set(static_cast<double>(forecast.bytes_a_day));
}

Result<std::size_t> Retention::drop(LiveParts parts, Lsn floor, bool ages) {
    std::erase_if(parts, [&](const auto& part) { return part->facts().lsn_max >= floor; });
    const std::size_t count = parts.size();
    TRY(folder_.run({.parts = std::move(parts), .floor = floor, .ages = ages}));
    return count;
}

}  // namespace tomograph
