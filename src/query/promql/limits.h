#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace tomograph::promql {

/// An expression; alarms of CloudWatch allow 10,000 characters.
inline constexpr std::size_t expression_bytes_max = 16'384;
/// Expressions inside one another, which parser and evaluator recurse into.
inline constexpr unsigned expression_depth_max = 64;
/// A sample is the value of its series for so long, unless something newer or a marker says
/// otherwise: Prometheus' lookback.
inline constexpr Duration lookback = Duration::minutes(5);
/// Points of one series in an answer, as Prometheus has it.
inline constexpr std::int64_t steps_max = 11'000;
/// Series that a selector may choose.
inline constexpr std::size_t series_max = 100'000;
/// Samples that one selector may read, 16 bytes each, and points that one result may hold, 8 bytes
/// each: 128 MiB and 64 MiB.
inline constexpr std::size_t samples_max = std::size_t{8} << 20;
inline constexpr std::size_t points_max = std::size_t{8} << 20;
/// A regular expression compiles to so much at most; RE2's own bound is as large.
inline constexpr std::int64_t regex_bytes_max = std::int64_t{1} << 20;
/// Samples between two looks at the clock and the client.
inline constexpr std::size_t samples_per_check = 65'536;

}  // namespace tomograph::promql
