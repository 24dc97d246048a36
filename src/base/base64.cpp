#include "base/base64.h"

#include <array>
#include <cstdint>
#include <utility>

namespace tomograph {
namespace {

constexpr std::string_view standard_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr unsigned digit_bits = 6;
constexpr std::uint8_t no_digit = 64;

using DigitValues = std::array<std::uint8_t, 256>;

constexpr void add_digits(std::string_view digits, DigitValues& values) {
    for (std::uint8_t i = 0; i < digits.size(); ++i)
        values[static_cast<unsigned char>(digits[i])] = i;
}

constexpr DigitValues url_values = [] {
    DigitValues values{};
    values.fill(no_digit);
    add_digits(url_digits, values);
    return values;
}();

constexpr DigitValues either_values = [] {
    DigitValues values = url_values;
    add_digits(standard_digits, values);
    return values;
}();

/// What the digits of a text say; loose: the value of the bits behind the last whole byte.
struct Decoded {
    std::string bytes;
    std::uint32_t loose = 0;
};

std::optional<Decoded> decode(std::string_view text, const DigitValues& values) {
    Decoded decoded;
    decoded.bytes.reserve(text.size() * 3 / 4);
    std::uint32_t held = 0;
    unsigned bits = 0;
    for (const char c : text) {
        const std::uint8_t digit = values[static_cast<unsigned char>(c)];
        if (digit == no_digit) return {};
        held = (held << digit_bits | digit) & 0xffff;
        bits += digit_bits;
        if (bits < 8) continue;
        bits -= 8;
        decoded.bytes.push_back(static_cast<char>(held >> bits & 0xff));
    }
    // One digit alone is no byte.
    if (bits >= digit_bits) return {};
    decoded.loose = held & ((1U << bits) - 1);
    return decoded;
}

}  // namespace

std::string base64_encode(std::string_view bytes, Base64Form form) {
    const std::string_view digits = form == Base64Form::url ? url_digits : standard_digits;
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    std::uint32_t held = 0;
    unsigned bits = 0;
    for (const char byte : bytes) {
        held = (held << 8 | static_cast<unsigned char>(byte)) & 0xffff;
        for (bits += 8; bits >= digit_bits; bits -= digit_bits)
            text.push_back(digits[held >> (bits - digit_bits) & 63]);
    }
    if (bits > 0) text.push_back(digits[held << (digit_bits - bits) & 63]);
    if (form == Base64Form::padded) text.append((4 - text.size() % 4) % 4, '=');
    return text;
}

std::optional<std::string> base64_decode(std::string_view text) {
    while (text.ends_with('=')) text.remove_suffix(1);
    auto decoded = decode(text, either_values);
    if (!decoded) return {};
    return std::move(decoded->bytes);
}

std::optional<std::string> base64url_decode(std::string_view text) {
    auto decoded = decode(text, url_values);
    if (!decoded || decoded->loose != 0) return {};
    return std::move(decoded->bytes);
}

}  // namespace tomograph
