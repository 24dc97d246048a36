#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace tomograph::column {

/// The value of a lower-case hexadecimal digit; not_hex for any other byte.
constexpr std::uint8_t not_hex = 0xff;
constexpr auto hex_values = [] {
    std::array<std::uint8_t, 256> table{};
    for (std::uint8_t& value : table) value = not_hex;
    for (unsigned i = 0; i < 10; ++i) table['0' + i] = static_cast<std::uint8_t>(i);
    for (unsigned i = 0; i < 6; ++i) table['a' + i] = static_cast<std::uint8_t>(10 + i);
    return table;
}();

constexpr std::uint8_t hex_value(char digit) {
    return hex_values[static_cast<std::uint8_t>(digit)];
}
constexpr bool is_hex(char digit) { return hex_value(digit) != not_hex; }
constexpr bool is_digit(char digit) { return digit >= '0' && digit <= '9'; }

/// Bytes that hold so many digits, two each, the first one high; an odd one ends in a low nibble 0.
constexpr std::size_t packed_bytes(std::size_t digits) { return (digits + 1) / 2; }

/// digits  all of them hexadecimal; packed: packed_bytes(digits.size()) bytes
inline void pack_hex(std::string_view digits, std::uint8_t* packed) {
    const std::size_t whole = digits.size() / 2;
    for (std::size_t i = 0; i < whole; ++i)
        packed[i] =
            static_cast<std::uint8_t>(hex_value(digits[2 * i]) << 4 | hex_value(digits[2 * i + 1]));
    if (digits.size() % 2 != 0)
        packed[whole] = static_cast<std::uint8_t>(hex_value(digits.back()) << 4);
}

/// Whether rows of so many digits each end as pack_hex ends them.
inline bool are_tails_zero(const std::uint8_t* packed, std::size_t rows, std::size_t digits) {
    if (digits % 2 == 0) return true;
    std::uint8_t tails = 0;
    const std::size_t width = packed_bytes(digits);
    for (std::size_t row = 0; row < rows; ++row)
        tails = static_cast<std::uint8_t>(tails | packed[(row + 1) * width - 1]);
    return (tails & 15) == 0;
}

}  // namespace tomograph::column
