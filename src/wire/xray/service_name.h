#pragma once

#include <string>
#include <string_view>

namespace tomograph {

/// The name of a segment or subsegment as X-Ray allows it: letters, numbers, white space and
/// `_ . : / % & # = + \ - @`, at most name_characters_max; other characters are left out.
///
/// name     valid UTF-8
/// scratch  holds the text when something was left out
/// returns  empty when nothing but white space is left
std::string_view clean_name(std::string_view name, std::string& scratch);

}  // namespace tomograph
