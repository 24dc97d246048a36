#pragma once

#include "query/promql/expression.h"
#include "query/promql/vector_value.h"

namespace tomograph::promql {

/// What an arithmetic operator or comparison gives; a comparison whether it holds.
double apply(BinaryOperator op, double left, double right);

/// A vector and a number for each step. Comparisons keep the vector's values where they hold.
///
/// is_number_left  the number stands left of the operator
Result<Vector> combine(const Binary& node, Vector vector, const std::vector<double>& numbers,
                       bool is_number_left);

/// Two vectors, by matching labels.
///
/// errors  invalid  several series of a side, or of both, fit
Result<Vector> combine(const Binary& node, const Vector& left, const Vector& right,
                       std::size_t steps);

}  // namespace tomograph::promql
