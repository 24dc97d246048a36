#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tomograph {

/// Two lower-case digits a byte.
std::string hex_encode(std::string_view bytes);
/// out  has room for them
void hex_encode(std::string_view bytes, char* out);
/// All digits of a number, the highest first.
void write_hex(std::uint32_t number, char* out);
void write_hex(std::uint64_t number, char* out);
/// Either case; nothing for other characters or half a byte.
std::optional<std::string> hex_decode(std::string_view text);

}  // namespace tomograph
