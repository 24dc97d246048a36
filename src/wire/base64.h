#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tomograph {

/// RFC 4648 §4, with padding.
std::string base64_encode(std::string_view bytes);
/// Either alphabet of RFC 4648, with padding or without; nothing for other characters.
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace tomograph
