#include "model/ids.h"

#include <fmt/format.h>

#include <array>

namespace tomograph {
namespace {

constexpr std::size_t hex_chars = 32;
constexpr std::size_t xray_chars = 35;
constexpr std::uint8_t not_hex = 0xff;
constexpr std::size_t quoted_bytes_max = 64;  ///< of a bad id in an error message

constexpr auto hex_values = [] {
    std::array<std::uint8_t, 256> values{};
    values.fill(not_hex);
    for (std::uint8_t digit = 0; digit < 10; ++digit) values['0' + digit] = digit;
    for (std::uint8_t digit = 0; digit < 6; ++digit) {
        values['a' + digit] = values['A' + digit] = static_cast<std::uint8_t>(10 + digit);
    }
    return values;
}();

/// Reads up to 16 digits. One test at the end: a bad digit has its upper bits set.
bool read_hex(std::string_view digits, std::uint64_t& value) {
    std::uint64_t sum = 0;
    std::uint8_t seen = 0;
    for (const char c : digits) {
        const std::uint8_t digit = hex_values[static_cast<std::uint8_t>(c)];
        seen |= digit;
        sum = sum << 4 | (digit & 0xf);
    }
    value = sum;
    return seen <= 0xf;
}

void write_hex(std::uint64_t value, std::size_t count, char* out) {
    for (std::size_t i = count; i-- > 0; value >>= 4) out[i] = "0123456789abcdef"[value & 0xf];
}

Error bad_id(std::string_view what, std::string_view text) {
    const std::string_view shown = text.substr(0, quoted_bytes_max);
    return Error(ErrorCode::invalid,
                 fmt::format("{}: \"{}\"{} ({} bytes)", what, shown,
                             shown.size() < text.size() ? "..." : "", text.size()));
}

bool read_xray_text(std::string_view text, TraceId& id) {
    std::uint64_t second = 0, middle = 0, low = 0;
    if (!text.starts_with("1-") || text[10] != '-') return false;
    if (!read_hex(text.substr(2, 8), second) || !read_hex(text.substr(11, 8), middle) ||
        !read_hex(text.substr(19), low)) {
        return false;
    }
    id = {second << 32 | middle, low};
    return true;
}

}  // namespace

Result<TraceId> parse_trace_id(std::string_view text) {
    TraceId id;
    bool is_read = false;
    if (text.size() == xray_chars) {
        is_read = read_xray_text(text, id);
    } else if (text.size() == hex_chars) {
        is_read = read_hex(text.substr(0, 16), id.high) && read_hex(text.substr(16), id.low);
    }
    if (!is_read) return bad_id("trace id is neither 1-8hex-24hex nor 32 hex digits", text);
    if (id.is_zero()) return bad_id("trace id is all zeros", text);
    return id;
}

Result<SpanId> parse_span_id(std::string_view text) {
    SpanId id;
    if (text.size() != 16 || !read_hex(text, id.value)) {
        return bad_id("id is not 16 hex digits", text);
    }
    if (id.is_none()) return bad_id("id is all zeros", text);
    return id;
}

std::string to_xray_text(TraceId id) {
    std::string text = "1-........-........................";
    write_hex(id.high >> 32, 8, text.data() + 2);
    write_hex(id.high, 8, text.data() + 11);
    write_hex(id.low, 16, text.data() + 19);
    return text;
}

std::string to_hex(TraceId id) {
    std::string text(hex_chars, '.');
    write_hex(id.high, 16, text.data());
    write_hex(id.low, 16, text.data() + 16);
    return text;
}

std::string to_hex(SpanId id) {
    std::string text(16, '.');
    write_hex(id.value, 16, text.data());
    return text;
}

}  // namespace tomograph
