#pragma once

#include <string>

#include "query/filter/ast.h"

namespace tomograph::filter {

/// One spelling for each expression: parse() of it is the expression again.
///
///   service("api") {fault} AND responsetime > 2.5
///
/// "" for every trace.
std::string to_text(const Expression& expression);

}  // namespace tomograph::filter
