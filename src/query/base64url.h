#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tomograph {

/// RFC 4648 §5 without padding. Decoding is strict: nothing but what encoding gives is accepted.
std::string base64url_encode(std::string_view bytes);
std::optional<std::string> base64url_decode(std::string_view text);

}  // namespace tomograph
