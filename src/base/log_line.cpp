#include "base/log_line.h"

#include <fmt/format.h>

#include <ctime>

#include "base/limits.h"

namespace tomograph {
namespace {

struct CodePoint {
    char32_t value;
    std::size_t bytes;  // 0: not UTF-8
};

/// The code point at the start of `text`, which is not empty.
CodePoint decode_utf8(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(0);
    if (first < 0x80) return {first, 1};
    const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || text.size() < size) return {0, 0};
    char32_t value = first & (0xffU >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xc0) != 0x80) return {0, 0};
        value = (value << 6) | (byte(i) & 0x3fU);
    }
    const bool overlong = (size == 3 && value < 0x800) || (size == 4 && value < 0x10000);
    const bool surrogate = value >= 0xd800 && value <= 0xdfff;
    if (overlong || surrogate || value > 0x10ffff) return {0, 0};
    return {value, size};
}

/// Controls of ASCII and Latin-1, line separators, and marks that reorder the text around them.
bool is_dangerous(char32_t c) {
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x2028 && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069);
}

enum class Spelling { human, json };

void append_escaped_byte(std::string& out, unsigned char byte, Spelling spelling) {
    if (byte == '\n')
        out += "\\n";
    else if (byte == '\t')
        out += "\\t";
    else if (spelling == Spelling::human)
        out += fmt::format("\\x{:02x}", byte);
    else
        out += byte < 0x80 ? fmt::format("\\u{:04x}", byte) : std::string("\\ufffd");
}

std::string escape(std::string_view text, Spelling spelling) {
    std::string out;
    while (!text.empty()) {
        const CodePoint point = decode_utf8(text);
        if (point.bytes <= 1 && (point.bytes == 0 || is_dangerous(point.value))) {
            append_escaped_byte(out, static_cast<unsigned char>(text.front()), spelling);
            text.remove_prefix(1);
            continue;
        }
        if (is_dangerous(point.value)) {
            out += fmt::format("\\u{:04x}", static_cast<unsigned>(point.value));
        } else {
            if (point.value == '"' || point.value == '\\') out += '\\';
            out += text.substr(0, point.bytes);
        }
        text.remove_prefix(point.bytes);
    }
    return out;
}

/// The text, cut at the bound and before a torn character, with a word on what is missing.
std::string shorten(const std::string& text) {
    if (text.size() <= log_value_bytes_max) return text;
    std::size_t end = log_value_bytes_max;
    while (end > log_value_bytes_max - 4 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80)
        --end;
    return fmt::format("{}... ({} bytes more)", std::string_view(text).substr(0, end),
                       text.size() - end);
}

bool needs_quotes(std::string_view text) {
    return text.empty() || text.find_first_of(" =\"\\") != std::string_view::npos;
}

std::string_view name_of(LogLevel level) {
    switch (level) {
        case LogLevel::debug:
            return "debug";
        case LogLevel::info:
            return "info";
        case LogLevel::warn:
            return "warn";
        case LogLevel::error:
            return "error";
    }
    ASSERT(false);
}

}  // namespace

std::string to_rfc3339(Instant time) {
    const std::time_t second = time.second();
    const auto ms = (time.ns - time.second() * 1'000'000'000) / 1'000'000;
    std::tm parts{};
    gmtime_r(&second, &parts);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900,
                       parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                       ms);
}

std::string to_human_line(const LogLine& line) {
    std::string out = fmt::format("{} {:<5} {}", to_rfc3339(line.time), name_of(line.level),
                                  escape(line.message, Spelling::human));
    for (const LogField& field : line.fields) {
        const std::string value = escape(shorten(field.value.text()), Spelling::human);
        const std::string_view quote = needs_quotes(value) ? "\"" : "";
        out += fmt::format(" {}={}{}{}", escape(field.key, Spelling::human), quote, value, quote);
    }
    out += '\n';
    return out;
}

std::string to_json_line(const LogLine& line) {
    std::string out =
        fmt::format(R"({{"time":"{}","level":"{}","message":"{}")", to_rfc3339(line.time),
                    name_of(line.level), escape(line.message, Spelling::json));
    for (const LogField& field : line.fields) {
        const std::string value = escape(shorten(field.value.text()), Spelling::json);
        const std::string_view quote = field.value.is_bare() ? "" : "\"";
        out +=
            fmt::format(",\"{}\":{}{}{}", escape(field.key, Spelling::json), quote, value, quote);
    }
    out += "}\n";
    return out;
}

}  // namespace tomograph
