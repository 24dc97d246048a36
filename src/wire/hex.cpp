#include "wire/hex.h"

#include <array>
#include <cstring>

#include "base/ascii.h"

namespace tomograph {
namespace {

int digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const char lower = to_lower_ascii(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// The two digits of each byte.
constexpr auto pairs = [] {
    constexpr std::string_view digits = "0123456789abcdef";
    std::array<char, 512> all{};
    for (std::size_t byte = 0; byte < all.size() / 2; ++byte) {
        all[2 * byte] = digits[byte >> 4];
        all[2 * byte + 1] = digits[byte & 15];
    }
    return all;
}();

template <class Number>
void write_digits(Number number, char* out) {
    for (std::size_t byte = sizeof number; byte-- > 0; number >>= 8)
        std::memcpy(out + 2 * byte, &pairs[2 * (number & 0xff)], 2);
}

}  // namespace

std::string hex_encode(std::string_view bytes) {
    std::string text(2 * bytes.size(), '\0');
    hex_encode(bytes, text.data());
    return text;
}

void hex_encode(std::string_view bytes, char* out) {
    for (const char byte : bytes) {
        std::memcpy(out, &pairs[2 * std::size_t{static_cast<std::uint8_t>(byte)}], 2);
        out += 2;
    }
}

void write_hex(std::uint32_t number, char* out) { write_digits(number, out); }
void write_hex(std::uint64_t number, char* out) { write_digits(number, out); }

std::optional<std::string> hex_decode(std::string_view text) {
    if (text.size() % 2 != 0) return std::nullopt;
    std::string bytes;
    bytes.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = digit(text[i]);
        const int low = digit(text[i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        bytes += static_cast<char>(high << 4 | low);
    }
    return bytes;
}

}  // namespace tomograph
