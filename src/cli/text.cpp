#include "cli/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace tomograph::cli {
namespace {

struct Character {
    char32_t value = 0;
    std::size_t bytes = 1;
    bool is_valid = false;
};

/// The first character of `text`, which is not empty. Overlong forms and surrogates are not valid.
Character first_character(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80) return {lead, 1, true};
    const std::size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < bytes) return {};
    char32_t value = lead & (0xffU >> (bytes + 1));
    for (std::size_t i = 1; i < bytes; ++i) {
        if ((byte(i) & 0xc0) != 0x80) return {};
        value = value << 6 | (byte(i) & 0x3f);
    }
    constexpr std::array<char32_t, 5> lowest = {0, 0, 0x80, 0x800, 0x10000};
    const bool is_surrogate = value >= 0xd800 && value <= 0xdfff;
    if (value < lowest[bytes] || value > 0x10ffff || is_surrogate) return {};
    return {value, bytes, true};
}

struct Range {
    char32_t first;
    char32_t last;
};

template <std::size_t n>
bool is_in(const std::array<Range, n>& ranges, char32_t value) {
    const auto at = std::lower_bound(ranges.begin(), ranges.end(), value,
                                     [](const Range& range, char32_t v) { return range.last < v; });
    return at != ranges.end() && at->first <= value;
}

// Own tables: the C library's wcwidth() knows nothing outside of ASCII in the C locale, where many
// containers run. Wide and full width of Unicode's EastAsianWidth, neighbouring blocks joined.
constexpr std::array<Range, 36> wide = {{
    {0x1100, 0x115f}, {0x231a, 0x231b}, {0x2329, 0x232a}, {0x23e9, 0x23ec}, {0x23f0, 0x23f0},
    {0x23f3, 0x23f3}, {0x25fd, 0x25fe}, {0x2614, 0x2615}, {0x2648, 0x2653}, {0x267f, 0x267f},
    {0x2693, 0x2693}, {0x26a1, 0x26a1}, {0x26aa, 0x26ab}, {0x26bd, 0x26be}, {0x26c4, 0x26c5},
    {0x26ce, 0x26ce}, {0x26d4, 0x26d4}, {0x26ea, 0x26ea}, {0x26f2, 0x26f5}, {0x26fa, 0x26fd},
    {0x2705, 0x2705}, {0x270a, 0x270b}, {0x2728, 0x2728}, {0x274c, 0x274e}, {0x2753, 0x2757},
    {0x2795, 0x2797}, {0x2b1b, 0x2b1c}, {0x2b50, 0x2b55}, {0x2e80, 0x303e}, {0x3041, 0xa4cf},
    {0xa960, 0xa97c}, {0xac00, 0xd7a3}, {0xf900, 0xfaff}, {0xfe30, 0xfe6f}, {0xff01, 0xff60},
    {0xffe0, 0xffe6},
}};
constexpr std::array<Range, 8> wide_above_ffff = {{
    {0x16fe0, 0x18cff},
    {0x1aff0, 0x1b2ff},
    {0x1f004, 0x1f004},
    {0x1f0cf, 0x1f0cf},
    {0x1f18e, 0x1f19a},
    {0x1f200, 0x1f64f},
    {0x1f680, 0x1faff},
    {0x20000, 0x3fffd},
}};
// Combining marks of the scripts that service names are written in, joiners, variation selectors.
constexpr std::array<Range, 21> zero_width = {{
    {0x300, 0x36f},   {0x483, 0x489},   {0x591, 0x5bd},   {0x610, 0x61a},   {0x64b, 0x65f},
    {0x900, 0x902},   {0x93c, 0x93c},   {0x941, 0x948},   {0x94d, 0x94d},   {0xe31, 0xe31},
    {0xe34, 0xe3a},   {0xe47, 0xe4e},   {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x200b, 0x200d},
    {0x2060, 0x2060}, {0x20d0, 0x20f0}, {0x3099, 0x309a}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f},
    {0xfeff, 0xfeff},
}};

std::size_t width_of(char32_t value) {
    if (value < 0x300) return 1;
    if (is_in(zero_width, value)) return 0;
    return is_in(wide, value) || is_in(wide_above_ffff, value) ? 2 : 1;
}

/// Characters that steer the terminal or reorder what one reads.
bool is_hostile(char32_t value) {
    return value < 0x20 || (value >= 0x7f && value <= 0x9f) || value == 0x61c ||
           (value >= 0x200e && value <= 0x200f) || (value >= 0x2028 && value <= 0x202e) ||
           (value >= 0x2066 && value <= 0x2069) || (value >= 0xe0000 && value <= 0xe007f);
}

std::string visible(char32_t value) {
    switch (value) {
        case '\n':
            return "\\n";
        case '\r':
            return "\\r";
        case '\t':
            return "\\t";
        default:
            break;
    }
    const auto number = static_cast<std::uint32_t>(value);
    return value < 0x80 ? fmt::format("\\x{:02x}", number) : fmt::format("\\u{:04x}", number);
}

}  // namespace

std::string safe_text(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const Character c = first_character(text);
        if (!c.is_valid)
            out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text.front()));
        else if (is_hostile(c.value))
            out += visible(c.value);
        else
            out += text.substr(0, c.bytes);
        text.remove_prefix(c.bytes);
    }
    return out;
}

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    while (!text.empty()) {
        const Character c = first_character(text);
        width += width_of(c.value);
        text.remove_prefix(c.bytes);
    }
    return width;
}

std::string fit(std::string_view text, std::size_t width, std::string_view mark) {
    if (display_width(text) <= width) return std::string(text);
    const std::size_t mark_width = display_width(mark);
    if (width < mark_width) return std::string(width, ' ');
    std::string out;
    std::size_t used = mark_width;
    while (!text.empty()) {
        const Character c = first_character(text);
        used += width_of(c.value);
        if (used > width) break;
        out += text.substr(0, c.bytes);
        text.remove_prefix(c.bytes);
    }
    return out.append(mark);
}

std::string pad_right(std::string_view text, std::size_t width) {
    const std::size_t used = display_width(text);
    return std::string(text) + std::string(width > used ? width - used : 0, ' ');
}

std::string pad_left(std::string_view text, std::size_t width) {
    const std::size_t used = display_width(text);
    return std::string(width > used ? width - used : 0, ' ') + std::string(text);
}

std::string repeat(std::string_view text, std::size_t n) {
    std::string out;
    out.reserve(text.size() * n);
    for (std::size_t i = 0; i < n; ++i) out += text;
    return out;
}

}  // namespace tomograph::cli
