#pragma once

#include <string_view>

#include "query/filter/ast.h"
#include "query/filter/filter_expression.h"

namespace tomograph::filter {

/// What an expression asks for.
///
/// text     what it was parsed from: errors tell places in it
/// groups, own_account  as of compile_filter()
/// errors   invalid  a keyword where it has no meaning, an operator or value of the wrong kind, an
///                   unknown group, or more than a predicate holds
Result<Predicate> compile(const Expression& expression, std::string_view text,
                          const GroupFilters* groups, std::string_view own_account = {});

}  // namespace tomograph::filter
