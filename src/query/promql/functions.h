#pragma once

#include <span>
#include <string_view>

#include "query/promql/expression.h"

namespace tomograph::promql {

enum class FunctionId : unsigned char {
    abs,
    absent,
    absent_over_time,
    avg_over_time,
    ceil,
    changes,
    clamp,
    clamp_max,
    clamp_min,
    count_over_time,
    day_of_month,
    day_of_week,
    day_of_year,
    days_in_month,
    delta,
    deriv,
    exp,
    floor,
    histogram_quantile,
    hour,
    idelta,
    increase,
    irate,
    label_join,
    label_replace,
    last_over_time,
    ln,
    log10,
    log2,
    max_over_time,
    min_over_time,
    minute,
    month,
    pi,
    predict_linear,
    present_over_time,
    quantile_over_time,
    rate,
    resets,
    round,
    scalar,
    sgn,
    sort,
    sort_desc,
    sqrt,
    stddev_over_time,
    stdvar_over_time,
    sum_over_time,
    time,
    timestamp,
    vector,
    year,
};

struct Function {
    std::string_view name;
    FunctionId id;
    ValueType returns;
    std::span<const ValueType> arguments;  ///< those of a call with all of them
    std::size_t required;                  ///< of them; the others may be left out
    bool repeats_last = false;             ///< label_join(): the last one as often as wanted
};

/// Null: there is none of that name.
const Function* find_function(std::string_view name);

/// Whether Prometheus has it and we do not: the error then says so.
bool is_unserved_function(std::string_view name);

}  // namespace tomograph::promql
