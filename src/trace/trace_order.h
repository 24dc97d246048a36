#pragma once

#include <cstdint>

#include "base/time.h"
#include "model/ids.h"

namespace tomograph {

/// How far the second in a trace id may lie before and after the earliest start to be believed:
/// segments may follow for a week, clocks differ by minutes. One random W3C id in 7,000 passes.
inline constexpr Duration claimed_before_start_max = Duration::days(7);
inline constexpr Duration claimed_after_start_max = Duration::minutes(5);

/// The trace's time, by which traces are ordered and TimeRangeType::trace_id selects: the id's
/// second when it is believable, else the second of the earliest start.
inline std::int64_t trace_second(TraceId id, Instant earliest_start) {
    const std::int64_t claimed = id.claimed_second();
    const std::int64_t started = earliest_start.second();
    const bool is_believable =
        claimed >= started - claimed_before_start_max.ns / Duration::seconds(1).ns &&
        claimed <= started + claimed_after_start_max.ns / Duration::seconds(1).ns;
    return is_believable ? claimed : started;
}

/// Whether a trace belongs to a sample of that share (0..1) of all traces. A larger share holds a
/// smaller one.
inline bool is_in_sample(TraceId id, double share) {
    if (share >= 1) return true;
    const auto place = static_cast<double>(std::hash<TraceId>{}(id) >> 11);  // 53 bits, exact
    return place < share * static_cast<double>(std::uint64_t{1} << 53);
}

}  // namespace tomograph
