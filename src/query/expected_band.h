#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "base/time.h"

namespace tomograph {

/// Where a count is expected to lie, both ends included.
struct ExpectedBand {
    std::int64_t low = 0;
    std::int64_t high = 0;
    bool operator==(const ExpectedBand&) const = default;
};

/// What happened in one period.
struct PeriodCount {
    std::int64_t requests = 0;
    std::int64_t faults = 0;
    bool operator==(const PeriodCount&) const = default;
};

/// The past of a service, or of whatever else has faults. A period without requests may be absent.
struct FaultHistory {
    std::int64_t period_seconds = 60;
    std::map<std::int64_t, PeriodCount> periods{};  ///< by the second in which each begins
};

/// The faults that are expected in the period that begins at `second`, from what came before it
/// (docs/decisions/009-expected-faults.md):
///
///   same time of day   the period and its neighbours on each of the last 7 days on which there
///                      were requests then. Of 3 such days or more: median ± 3 deviations, where a
///                      deviation is 1.4826 × the median absolute deviation
///   else, just before  the last 60 periods, of 12 hours at most, from the first with requests on:
///                      their exponentially weighted mean ± 3 deviations, what leaves the band
///                      counting as its edge; of 10 such periods or more
///   else               nothing: too little is known
///
/// A deviation is at least the square root of what is expected, and at least 1: counts of rare
/// events scatter that much by themselves. Equal pasts give equal bands: what happens in the period
/// or after it does not matter, nor how far `history` reaches beyond expected_band_reads().
///
/// cost  some microseconds
std::optional<ExpectedBand> expected_faults(const FaultHistory& history, std::int64_t second);

/// How much the values scatter at least, whatever was seen.
struct LeastDeviation {
    double absolute = 1;
    double share = 0;          ///< of what is expected
    bool is_of_counts = true;  ///< the square root of what is expected, too
};

/// The past of anything that has a value in a period, faults for one.
struct PastValues {
    std::int64_t period_seconds = 60;
    /// Of the period that begins there; nothing when nothing was asked of the service then.
    std::function<std::optional<double>(std::int64_t second)> value_at;
    bool absent_is_zero = true;  ///< of a period without requests, once there were some
    LeastDeviation least_deviation{};
};

struct ExpectedValue {
    double value = 0;
    double reach = 0;  ///< 3 deviations: as far from it as is still expected
};

/// The two bands of expected_faults(), of any value. Nothing where too little is known.
std::optional<ExpectedValue> expected_from_days(const PastValues& past, std::int64_t second);
std::optional<ExpectedValue> expected_from_recent(const PastValues& past, std::int64_t second);

/// The parts of the past that the bands of the periods in `range` look at, ascending and apart.
///
/// range  begins with a period
std::vector<TimeRange> expected_band_reads(const TimeRange& range, std::int64_t period_seconds);

}  // namespace tomograph
