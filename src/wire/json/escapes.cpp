#include "wire/json/escapes.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>

#include "wire/json/utf8.h"

namespace tomograph {
namespace {

bool is_high_surrogate(char32_t c) { return c >= 0xd800 && c <= 0xdbff; }
bool is_low_surrogate(char32_t c) { return c >= 0xdc00 && c <= 0xdfff; }

/// The four digits behind a \u that stands at `at`.
std::optional<char32_t> unit_at(std::string_view raw, std::size_t at) {
    if (raw.size() < at + 6 || raw[at] != '\\' || raw[at + 1] != 'u') return {};
    char32_t unit = 0;
    for (const char c : raw.substr(at + 2, 4)) {
        unit <<= 4;
        if (c >= '0' && c <= '9') {
            unit |= static_cast<char32_t>(c - '0');
        } else if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')) {
            unit |= static_cast<char32_t>((c | 0x20) - 'a' + 10);
        } else {
            return {};
        }
    }
    return unit;
}

struct Escape {
    char32_t character = 0;
    std::size_t bytes = 0;  ///< of the escape; 0 when it is none
};

/// Reads the escape whose backslash stands at `at`.
Escape escape_at(std::string_view raw, std::size_t at) {
    if (at + 1 >= raw.size()) return {};
    switch (raw[at + 1]) {
        case '"':
            return {'"', 2};
        case '\\':
            return {'\\', 2};
        case '/':
            return {'/', 2};
        case 'b':
            return {'\b', 2};
        case 'f':
            return {'\f', 2};
        case 'n':
            return {'\n', 2};
        case 'r':
            return {'\r', 2};
        case 't':
            return {'\t', 2};
        case 'u':
            break;
        default:
            return {};
    }
    const auto unit = unit_at(raw, at);
    if (!unit || is_low_surrogate(*unit)) return {};
    if (!is_high_surrogate(*unit)) return {*unit, 6};
    const auto low = unit_at(raw, at + 6);
    if (!low || !is_low_surrogate(*low)) return {};
    return {0x10000 + ((*unit - 0xd800) << 10) + (*low - 0xdc00), 12};
}

bool stands_as_it_is(char c) {
    return static_cast<std::uint8_t>(c) >= 0x20 && c != '"' && c != '\\';
}

/// How many bytes at the front need no escape; eight at a time.
std::size_t plain_bytes(std::string_view text) {
    constexpr std::uint64_t ones = 0x0101010101010101ULL;
    constexpr std::uint64_t high_bits = ones * 0x80;
    const auto has_zero = [](std::uint64_t word) { return (word - ones) & ~word & high_bits; };
    std::size_t at = 0;
    for (; at + sizeof ones <= text.size(); at += sizeof ones) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + at, sizeof word);
        const std::uint64_t controls = (word - ones * 0x20) & ~word & high_bits;
        if ((controls | has_zero(word ^ ones * '"') | has_zero(word ^ ones * '\\')) != 0) break;
    }
    while (at < text.size() && stands_as_it_is(text[at])) ++at;
    return at;
}

}  // namespace

bool append_unescaped(std::string_view raw, std::string& out) {
    for (std::size_t at = 0; at < raw.size();) {
        const std::size_t stop = std::min(raw.find('\\', at), raw.size());
        out.append(raw.substr(at, stop - at));
        if (stop == raw.size()) break;
        const Escape escape = escape_at(raw, stop);
        if (escape.bytes == 0) return false;
        append_utf8(escape.character, out);
        at = stop + escape.bytes;
    }
    return true;
}

void append_quoted(std::string_view text, std::string& out) {
    out.push_back('"');
    for (std::size_t plain = plain_bytes(text);; plain = plain_bytes(text)) {
        out.append(text.substr(0, plain));
        text.remove_prefix(plain);
        if (text.empty()) break;
        const char c = text.front();
        text.remove_prefix(1);
        const auto byte = static_cast<std::uint8_t>(c);
        switch (c) {
            case '"':
                out.append(R"(\")");
                break;
            case '\\':
                out.append(R"(\\)");
                break;
            case '\n':
                out.append(R"(\n)");
                break;
            case '\r':
                out.append(R"(\r)");
                break;
            case '\t':
                out.append(R"(\t)");
                break;
            default:
                out.append(R"(\u00)");
                out.push_back("0123456789abcdef"[byte >> 4]);
                out.push_back("0123456789abcdef"[byte & 0xf]);
        }
    }
    out.push_back('"');
}

}  // namespace tomograph
