#include "wire/xray/service_name.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "wire/json/utf8.h"
#include "wire/limits.h"

namespace tomograph {
namespace {

constexpr auto is_ascii_allowed = [] {
    std::array<bool, 128> allowed{};
    for (std::size_t c = '0'; c <= '9'; ++c) allowed[c] = true;
    for (std::size_t c = 'A'; c <= 'Z'; ++c) allowed[c] = true;
    for (std::size_t c = 'a'; c <= 'z'; ++c) allowed[c] = true;
    for (const char c : std::string_view(" \t\n\v\f\r_.:/%&#=+\\-@")) {
        allowed[static_cast<std::uint8_t>(c)] = true;
    }
    return allowed;
}();

struct CharacterRange {
    char32_t first;
    char32_t last;
};

// Beyond ASCII, letters are told from other characters by these blocks of symbols, punctuation,
// controls and private use. A table of every letter has 700 ranges and would refuse the vowel signs
// of Hindi and Thai.
constexpr CharacterRange not_letters[] = {
    {0x80, 0x84},     {0x86, 0x9f},     {0xa1, 0xa9},     {0xab, 0xb1},       {0xb4, 0xb4},
    {0xb6, 0xb8},     {0xbb, 0xbb},     {0xbf, 0xbf},     {0xd7, 0xd7},       {0xf7, 0xf7},
    {0x200b, 0x2027}, {0x202a, 0x202e}, {0x2030, 0x205e}, {0x2060, 0x206f},   {0x20a0, 0x20cf},
    {0x2190, 0x245f}, {0x2500, 0x2bff}, {0x3001, 0x3004}, {0x3008, 0x3020},   {0x3030, 0x3030},
    {0xe000, 0xf8ff}, {0xfd3e, 0xfd3f}, {0xfe00, 0xfe6f}, {0xfeff, 0xff0f},   {0xff1a, 0xff20},
    {0xff3b, 0xff40}, {0xff5b, 0xff65}, {0xffe0, 0xffff}, {0x1f000, 0x1faff}, {0xe0000, 0x10ffff},
};

bool is_space(char32_t c) {
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xa0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
           c == 0x205f || c == 0x3000;
}

bool is_allowed(char32_t c) {
    if (c < 0x80) return is_ascii_allowed[c];
    return std::none_of(std::begin(not_letters), std::end(not_letters),
                        [c](CharacterRange range) { return c >= range.first && c <= range.last; });
}

bool is_plain(std::string_view name) {
    return std::all_of(name.begin(), name.end(), [](char c) {
        const auto byte = static_cast<std::uint8_t>(c);
        return byte < 0x80 && is_ascii_allowed[byte];
    });
}

bool is_blank(std::string_view name) {
    while (!name.empty()) {
        const Utf8Character c = front_character(name);
        if (!is_space(c.value)) return false;
        name.remove_prefix(c.bytes);
    }
    return true;
}

std::string_view without_others(std::string_view name, std::string& scratch) {
    std::string kept;
    while (!name.empty()) {
        const Utf8Character c = front_character(name);
        if (is_allowed(c.value)) kept.append(name.substr(0, c.bytes));
        name.remove_prefix(c.bytes);
    }
    scratch = std::move(kept);  // `name` may have been a view of it
    return scratch;
}

}  // namespace

std::string_view clean_name(std::string_view name, std::string& scratch) {
    if (!is_plain(name)) name = without_others(name, scratch);
    name = cut_characters(name, name_characters_max);
    return is_blank(name) ? std::string_view{} : name;
}

}  // namespace tomograph
