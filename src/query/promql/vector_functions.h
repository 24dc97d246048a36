#pragma once

#include "query/promql/functions.h"
#include "query/promql/vector_value.h"

namespace tomograph::promql {

/// Functions that make a vector of a vector, step by step, sample by sample: abs(), clamp(),
/// label_replace(), hour() and the like; sort() orders by the last step.
///
/// arguments  those of the call; the first is the vector, but of functions of none
/// errors     invalid  labels would be equal, a regular expression or a label's name is wrong
Result<Value> call_vector_function(FunctionId function, std::vector<Value> arguments,
                                   const Steps& steps);

}  // namespace tomograph::promql
