#pragma once

#include <cstddef>
#include <string_view>

namespace tomograph {

/// Where the first byte at or after `at` stands that is not JSON's white space; text.size() when
/// none does.
std::size_t skip_space(std::string_view text, std::size_t at);

/// The end of the JSON value that starts at `at`, by brackets and quotes alone: for cutting a text
/// that someone else will check. Constant stack.
///
/// returns  npos when the text ends first, or brackets do not match in number
std::size_t scan_value(std::string_view text, std::size_t at);

}  // namespace tomograph
