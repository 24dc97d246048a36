#pragma once

#include <vector>

#include "store/engine/part_set.h"
#include "store/retention_report.h"

namespace tomograph {

// What retention goes by; pure functions.

/// How long each class is kept.
struct RetentionAges {
    Duration default_age;  ///< zero or less: for ever
    const std::vector<RetentionPolicy>& policies;
    Duration default_summary_age{};  ///< zero or less: never

    /// Nothing: for ever. A class whose policy is gone is as old as the default allows.
    std::optional<Duration> of(std::uint32_t retention_class) const;
    /// When documents of the class become summaries. Nothing: never.
    std::optional<Duration> summary_of(std::uint32_t retention_class) const;
};

/// By day, then class; oldest first.
std::vector<RetentionSlice> slices_of(const PartSnapshot& parts, const RetentionAges& ages);

/// RetentionReport::summary_saving_bytes.
std::optional<std::uint64_t> summary_saving(const std::vector<RetentionSlice>& slices);

/// Summaries are not foreseen: with them the room lasts longer. Goes on as the last complete days
/// did, class by class, while what is too old goes.
///
/// capacity_bytes  of parts
/// cost            O(slices + classes x forecast_days_max)
RetentionForecast forecast_of(const std::vector<RetentionSlice>& slices, const RetentionAges& ages,
                              Instant now, std::uint64_t capacity_bytes);

}  // namespace tomograph
