#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/predicate.h"

namespace tomograph {

/// A regular expression of RE2, anchored at both ends as TraceQL has it, as tests of which one must
/// pass. What predicates can say: texts, `.`, `.*`, `.+`, alternatives of these at the top, `(?i)`
/// in front. `.` is any character here, line ends included.
///
/// errors  invalid  what else it holds: "'[' is not served in regular expressions"
Result<std::vector<Test>> tests_of_regex(std::string_view pattern);

}  // namespace tomograph
