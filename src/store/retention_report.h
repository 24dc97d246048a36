#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.h"
#include "store/retention_policy.h"

namespace tomograph {

/// The parts of one day and class.
struct RetentionSlice {
    std::int64_t day = 0;  ///< its first second
    std::uint32_t retention_class = 0;
    std::uint64_t parts = 0;
    std::uint64_t traces = 0;
    std::uint64_t spans = 0;
    std::uint64_t bytes = 0;
    std::uint64_t summary_spans = 0;  ///< of them, in parts whose documents are summaries
    std::uint64_t summary_bytes = 0;
    std::optional<Instant> summarised{};  ///< when the rest will be; nothing: never
    Instant end_max{};                    ///< the newest activity
    std::optional<Instant> expires{};     ///< by age; the disk's budget may be earlier
};

/// When parts will go, and when there will be no room for more.
struct RetentionForecast {
    std::uint64_t bytes = 0;           ///< of parts, now
    std::uint64_t capacity_bytes = 0;  ///< of parts: the budget, or what the disk has
    std::uint64_t bytes_a_day = 0;     ///< that come, by the last complete days
    std::optional<Instant> full;       ///< nothing: not within ten years
};

struct RetentionReport {
    Duration default_age;          ///< of class 0; zero or less: for ever
    Duration default_summary_age;  ///< of class 0; zero or less: never
    std::uint64_t budget_bytes = 0;
    std::vector<RetentionPolicy> policies;
    std::vector<RetentionSlice> slices;  ///< by day, then class; oldest first
    RetentionForecast forecast;
    /// Bytes that the slices will lose when all summaries are made that will be, by those that are;
    /// nothing when none is yet.
    std::optional<std::uint64_t> summary_saving_bytes;
    std::uint64_t pins = 0;
};

}  // namespace tomograph
