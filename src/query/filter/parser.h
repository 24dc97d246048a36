#pragma once

#include <string_view>

#include "base/result.h"
#include "query/filter/ast.h"

namespace tomograph::filter {

/// Which of the languages a text is in.
enum class Dialect : std::uint8_t {
    filter,    ///< all of it; blank is every trace
    selector,  ///< id(), service() and edge(), joined by OR; not blank
    subject,   ///< a filter in which id() may stand by itself as well
};

/// Reads an expression.
///
/// errors  invalid  "Invalid filter expression at position N: …": the text breaks the grammar or
///                  one of the bounds of query/limits.h. What fits the grammar and means nothing
///                  ("index > 2" outside of braces) is left to the compiler
Result<Expression> parse(std::string_view text, Dialect dialect = Dialect::filter);

}  // namespace tomograph::filter
