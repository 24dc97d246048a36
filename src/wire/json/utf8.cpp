#include "wire/json/utf8.h"

#include <simdjson.h>

#include <cstdint>
#include <cstring>

namespace tomograph {
namespace {

bool is_continuation(char c) { return (static_cast<std::uint8_t>(c) & 0xc0) == 0x80; }

/// Most texts are, and short: a call into a vector library costs more than they do.
bool is_ascii(std::string_view text) {
    constexpr std::uint64_t high_bits = 0x8080808080808080ULL;
    std::uint64_t bits = 0;
    std::size_t at = 0;
    for (; at + sizeof bits <= text.size(); at += sizeof bits) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + at, sizeof word);
        bits |= word;
    }
    for (; at < text.size(); ++at) bits |= static_cast<std::uint8_t>(text[at]);
    return (bits & high_bits) == 0;
}

/// Bytes of the character that begins `text`, as far as its first byte tells; 0 when none does.
std::size_t claimed_bytes(std::string_view text) {
    const auto first = static_cast<std::uint8_t>(text.front());
    if (first < 0x80) return 1;
    if (first < 0xc2 || first > 0xf4) return 0;
    return first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
}

}  // namespace

bool is_utf8(std::string_view text) { return is_ascii(text) || simdjson::validate_utf8(text); }

std::string_view as_utf8(std::string_view text, std::string& scratch) {
    if (is_utf8(text)) return text;
    scratch = to_utf8(text);
    return scratch;
}

std::string to_utf8(std::string_view text) {
    constexpr std::string_view replacement = "\xef\xbf\xbd";
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const std::size_t bytes = claimed_bytes(text);
        const bool is_character =
            bytes > 0 && bytes <= text.size() && is_utf8(text.substr(0, bytes));
        const std::size_t taken = is_character ? bytes : 1;
        out += is_character ? text.substr(0, taken) : replacement;
        text.remove_prefix(taken);
    }
    return out;
}

std::string_view cut_characters(std::string_view text, std::size_t characters_max) {
    if (text.size() <= characters_max) return text;
    std::size_t characters = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (is_continuation(text[at])) continue;
        if (characters++ == characters_max) return text.substr(0, at);
    }
    return text;
}

Utf8Character front_character(std::string_view text) {
    const auto first = static_cast<std::uint8_t>(text.front());
    if (first < 0x80) return {first, 1};
    const std::size_t bytes = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    char32_t value = first & (0x7fu >> bytes);
    for (const char c : text.substr(1, bytes - 1)) {
        value = value << 6 | (static_cast<std::uint8_t>(c) & 0x3f);
    }
    return {value, bytes};
}

void append_utf8(char32_t c, std::string& out) {
    const auto push = [&out](char32_t byte) { out.push_back(static_cast<char>(byte)); };
    if (c < 0x80) {
        push(c);
        return;
    }
    if (c < 0x800) {
        push(0xc0 | c >> 6);
    } else if (c < 0x10000) {
        push(0xe0 | c >> 12);
        push(0x80 | (c >> 6 & 0x3f));
    } else {
        push(0xf0 | c >> 18);
        push(0x80 | (c >> 12 & 0x3f));
        push(0x80 | (c >> 6 & 0x3f));
    }
    push(0x80 | (c & 0x3f));
}

}  // namespace tomograph
