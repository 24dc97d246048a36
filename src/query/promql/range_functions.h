#pragma once

#include <optional>
#include <span>

#include "query/promql/functions.h"
#include "query/promql/series_source.h"

namespace tomograph::promql {

/// The samples that one step looks at: those of (start_ms, end_ms], markers left out.
struct RangeWindow {
    std::span<const Sample> samples;  ///< at least one
    std::int64_t start_ms = 0;
    std::int64_t end_ms = 0;
    std::int64_t at_ms = 0;  ///< of the step; `end_ms` unless there is an offset
    double parameter = 0;    ///< of quantile_over_time() and predict_linear()
};

/// What a function of a range vector makes of a window; nothing when it needs more samples. Those
/// of Prometheus 3: rate() and its kin extrapolate to the ends of the window where samples come
/// close to them, and a counter never below zero.
std::optional<double> range_value(FunctionId function, const RangeWindow& window);

/// last_over_time() answers with the metric's own values, the others with new ones.
inline bool keeps_name(FunctionId function) { return function == FunctionId::last_over_time; }

}  // namespace tomograph::promql
