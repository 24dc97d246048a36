#pragma once

#include "query/promql/expression.h"
#include "query/promql/vector_value.h"

namespace tomograph::promql {

/// sum, avg, … by labels, step by step.
///
/// parameters  of topk, bottomk and quantile, by step
/// label       of count_values
/// errors      invalid  count_values to a label that is none
///             limit    count_values makes more than points_max
Result<Vector> aggregate(const Aggregation& aggregation, const Vector& operand, std::size_t steps,
                         const std::vector<double>& parameters, const std::string& label);

}  // namespace tomograph::promql
