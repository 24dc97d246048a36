#pragma once

#include <string>
#include <string_view>

namespace tomograph {

/// Whether every backslash between the quotes of a JSON string begins an escape, and every \u
/// surrogate has its other half. (A lone half is no character: the text could not be passed on as
/// UTF-8.)
bool has_valid_escapes(std::string_view raw);

/// Appends a JSON string's text; `raw` has valid escapes. Never longer than `raw`.
void append_unescaped(std::string_view raw, std::string& out);

}  // namespace tomograph
