#pragma once

#include <string>
#include <string_view>

namespace tomograph {

/// Appends the text of a JSON string, given what stands between its quotes; never longer than that.
///
/// returns  false when a backslash begins no escape, or a \u surrogate lacks its other half (a lone
/// half is
///          no character: the text could not be passed on as UTF-8)
bool append_unescaped(std::string_view raw, std::string& out);

/// Appends `text`, which is UTF-8, as a JSON string with its quotes.
void append_quoted(std::string_view text, std::string& out);

}  // namespace tomograph
