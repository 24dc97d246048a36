#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/label_set.h"
#include "query/promql/expression.h"
#include "query/promql/series_source.h"

namespace tomograph::promql {

/// The moments that an expression is evaluated at.
struct Steps {
    std::int64_t start_ms = 0;
    std::int64_t step_ms = 1;  ///< above 0
    std::size_t count = 1;     ///< at least 1

    std::int64_t at(std::size_t i) const {
        return start_ms + step_ms * static_cast<std::int64_t>(i);
    }
    std::int64_t end_ms() const { return at(count - 1); }
};

/// A series with a value for each step; where it has none, stale_value().
struct VectorSeries {
    LabelSet labels;
    std::vector<double> values;

    bool has(std::size_t step) const { return !is_stale(values[step]); }
};
using Vector = std::vector<VectorSeries>;

/// What an expression came to over all steps.
struct Value {
    ValueType type = ValueType::scalar;
    std::vector<double> scalars{};  ///< by step
    Vector vector{};
    std::string text{};
    std::vector<Series> ranges{};  ///< of a range vector, at the last step
    bool is_ordered = false;       ///< the order of `vector` tells something
};

/// Series of equal labels become one.
///
/// errors  invalid  two of them have a value at the same step
Result<void> merge_equal_series(Vector& vector);

/// Takes the metric's name off each, and merges.
Result<void> drop_names(Vector& vector);

/// Series without a value at any step go.
void drop_empty_series(Vector& vector);

/// A sum that keeps what rounding loses, as Prometheus' sums do (Neumaier).
struct ExactSum {
    double sum = 0;
    double lost = 0;

    void add(double value);
    double total() const { return sum + lost; }
};

/// The q-quantile of values by linear interpolation; sorts them. NaN when there are none; NaNs are
/// the smallest.
double quantile_of(double q, std::vector<double>& values);

}  // namespace tomograph::promql
