#pragma once

#include "query/promql/expression.h"
#include "query/promql/series_source.h"
#include "query/promql/vector_value.h"

namespace tomograph::promql {

/// The selectors of an expression, from left to right. Borrowed.
std::vector<const Selector*> selectors_of(const Expression& expression);

/// What an expression is at each step, as Prometheus 3 has it: samples count for five minutes, a
/// range is open at its start.
///
/// returns  series by labels, unless `is_ordered`; a range vector for one step only
/// errors   invalid    series that do not fit, or a range vector over several steps
///          limit      series_max, samples_max, points_max
///          cancelled, timeout; those of the source
/// cost     samples of each selector once, and for range functions its samples at each step
Result<Value> evaluate(const Expression& expression, const Steps& steps, const SeriesSource& source,
                       ReadBudget& budget);

}  // namespace tomograph::promql
