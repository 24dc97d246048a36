#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tomograph {

/// Two lower-case digits a byte.
std::string hex_encode(std::string_view bytes);
/// Either case; nothing for other characters or half a byte.
std::optional<std::string> hex_decode(std::string_view text);

}  // namespace tomograph
