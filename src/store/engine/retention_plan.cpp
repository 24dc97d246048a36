#include "store/engine/retention_plan.h"

#include <algorithm>
#include <map>

#include "store/file_names.h"
#include "store/limits.h"

namespace tomograph {
namespace {

constexpr std::int64_t day_seconds = 86'400;

std::int64_t day_of(std::int64_t second) { return second - second % day_seconds; }

/// Bytes of one class, by the first second of the day.
using Days = std::map<std::int64_t, std::uint64_t>;

/// What a day brings, going by the last complete days since the first that brought something.
std::uint64_t growth_of(const Days& days, std::int64_t today) {
    const std::int64_t first = today - forecast_growth_days * day_seconds;
    std::uint64_t bytes = 0;
    std::int64_t oldest = today;
    for (const auto& [day, its_bytes] : days) {
        if (day < first || day >= today) continue;
        bytes += its_bytes;
        oldest = std::min(oldest, day);
    }
    const std::int64_t count = (today - oldest) / day_seconds;
    return count == 0 ? 0 : bytes / static_cast<std::uint64_t>(count);
}

}  // namespace

std::optional<Duration> RetentionAges::of(std::uint32_t retention_class) const {
    if (retention_class == retention_class_pinned) return std::nullopt;
    Duration age = default_age;
    for (const RetentionPolicy& policy : policies)
        if (policy.retention_class == retention_class) age = Duration::days(policy.days);
    if (age <= Duration{}) return std::nullopt;
    return age;
}

std::optional<Duration> RetentionAges::summary_of(std::uint32_t retention_class) const {
    if (retention_class == retention_class_pinned) return std::nullopt;
    Duration age = default_summary_age;
    for (const RetentionPolicy& policy : policies)
        if (policy.retention_class == retention_class) age = Duration::days(policy.summary_days);
    if (age <= Duration{}) return std::nullopt;
    return age;
}

std::vector<RetentionSlice> slices_of(const PartSnapshot& parts, const RetentionAges& ages) {
    std::map<std::pair<std::int64_t, std::uint32_t>, RetentionSlice> slices;
    for (const auto& part : parts.parts) {
        const std::int64_t day = day_second_of(part->listed().path);
        RetentionSlice& slice = slices[{day, part->retention_class()}];
        slice.day = day;
        slice.retention_class = part->retention_class();
        ++slice.parts;
        slice.traces += part->facts().traces;
        slice.spans += part->facts().spans;
        slice.bytes += part->facts().bytes;
        if (part->facts().is_summary) {
            slice.summary_spans += part->facts().spans;
            slice.summary_bytes += part->facts().bytes;
        }
        slice.end_max = std::max(slice.end_max, part->facts().end_max);
    }
    std::vector<RetentionSlice> all;
    for (auto& [key, slice] : slices) {
        if (const auto age = ages.of(slice.retention_class)) slice.expires = slice.end_max + *age;
        if (const auto age = ages.summary_of(slice.retention_class))
            slice.summarised = slice.end_max + *age;
        all.push_back(slice);
    }
    return all;
}

std::optional<std::uint64_t> summary_saving(const std::vector<RetentionSlice>& slices) {
    std::uint64_t spans = 0;
    std::uint64_t bytes = 0;
    std::uint64_t due_spans = 0;
    std::uint64_t due_bytes = 0;
    for (const RetentionSlice& slice : slices) {
        spans += slice.summary_spans;
        bytes += slice.summary_bytes;
        if (!slice.summarised) continue;
        due_spans += slice.spans - slice.summary_spans;
        due_bytes += slice.bytes - slice.summary_bytes;
    }
    if (spans == 0) return std::nullopt;
    const double after =
        static_cast<double>(due_spans) * static_cast<double>(bytes) / static_cast<double>(spans);
    return due_bytes - std::min(due_bytes, static_cast<std::uint64_t>(after));
}

RetentionForecast forecast_of(const std::vector<RetentionSlice>& slices, const RetentionAges& ages,
                              Instant now, std::uint64_t capacity_bytes) {
    RetentionForecast forecast{
        .bytes = 0, .capacity_bytes = capacity_bytes, .bytes_a_day = 0, .full = {}};
    const std::int64_t today = day_of(now.second());
    std::map<std::uint32_t, Days> classes;
    for (const RetentionSlice& slice : slices) {
        forecast.bytes += slice.bytes;
        classes[slice.retention_class][slice.day] += slice.bytes;
    }
    if (forecast.bytes >= capacity_bytes) {
        forecast.full = now;
        return forecast;
    }
    std::map<std::uint32_t, std::uint64_t> growth;
    for (const auto& [its_class, days] : classes) {
        // What is pinned comes from other classes, and is little.
        if (its_class != retention_class_pinned) growth[its_class] = growth_of(days, today);
        forecast.bytes_a_day += growth[its_class];
    }
    std::uint64_t bytes = forecast.bytes;
    for (int ahead = 1; ahead <= forecast_days_max; ++ahead) {
        const std::int64_t day = today + ahead * day_seconds;
        for (auto& [its_class, days] : classes) {
            days[day] += growth[its_class];
            bytes += growth[its_class];
            const auto age = ages.of(its_class);
            if (!age) continue;
            const std::int64_t horizon = day - age->ns / Duration::seconds(1).ns - day_seconds;
            while (!days.empty() && days.begin()->first < horizon) {
                bytes -= days.begin()->second;
                days.erase(days.begin());
            }
        }
        if (bytes < capacity_bytes) continue;
        forecast.full = Instant::from_seconds(day);
        break;
    }
    return forecast;
}

}  // namespace tomograph
