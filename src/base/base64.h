#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tomograph {

enum class Base64Form {
    padded,    ///< RFC 4648 §4
    unpadded,  ///< the same without '=', as gRPC's binary headers have it
    url,       ///< RFC 4648 §5, without '='
};

std::string base64_encode(std::string_view bytes, Base64Form form = Base64Form::padded);

/// What others wrote: either alphabet, with padding or without. Nothing for other characters, or
/// for digits that end in the middle of a byte.
std::optional<std::string> base64_decode(std::string_view text);

/// What we wrote: nothing but what base64_encode(…, Base64Form::url) gives is accepted, so that one
/// value has one text.
std::optional<std::string> base64url_decode(std::string_view text);

}  // namespace tomograph
