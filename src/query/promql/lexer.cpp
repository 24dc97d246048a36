#include "query/promql/lexer.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/ascii.h"
#include "wire/json/utf8.h"

namespace tomograph::promql {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f'); }
bool begins_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':';
}
bool is_of_word(char c) { return begins_word(c) || is_digit(c); }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

struct Unit {
    std::string_view name;
    std::int64_t ms;
};
constexpr std::array units = {Unit{"y", 365LL * 86'400'000},
                              Unit{"w", 7LL * 86'400'000},
                              Unit{"d", 86'400'000},
                              Unit{"h", 3'600'000},
                              Unit{"m", 60'000},
                              Unit{"s", 1'000},
                              Unit{"ms", 1}};
constexpr std::int64_t duration_ms_max = 100LL * 365 * 86'400'000;

/// The unit at the start of a text; `ms` is no minute.
const Unit* unit_at(std::string_view text) {
    std::size_t length = 0;
    while (length < text.size() && text[length] >= 'a' && text[length] <= 'z') ++length;
    for (const Unit& unit : units)
        if (text.substr(0, length) == unit.name) return &unit;
    return nullptr;
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
    std::int64_t sum = 0;
    const Unit* last = nullptr;
    std::size_t at = 0;
    while (at < text.size()) {
        std::int64_t count = 0;
        const auto [end, error] =
            std::from_chars(text.data() + at, text.data() + text.size(), count);
        if (error != std::errc{} || !is_digit(text[at]))
            return Error(ErrorCode::invalid, "expected a duration like 5m or 1h30m");
        at = static_cast<std::size_t>(end - text.data());
        const Unit* unit = unit_at(text.substr(at));
        if (unit == nullptr || (last != nullptr && unit <= last))
            return Error(ErrorCode::invalid, "expected a duration like 5m or 1h30m");
        if (count > duration_ms_max / unit->ms || sum + count * unit->ms > duration_ms_max)
            return Error(ErrorCode::invalid, "the duration is longer than 100 years");
        sum += count * unit->ms;
        last = unit;
        at += unit->name.size();
    }
    if (last == nullptr) return Error(ErrorCode::invalid, "expected a duration like 5m or 1h30m");
    return Duration::milliseconds(sum);
}

Error Lexer::error_at(std::size_t byte, std::string_view reason) {
    return Error(ErrorCode::invalid, fmt::format("column {}: {}", byte + 1, reason));
}

std::size_t Lexer::skip_space(std::size_t at) const {
    while (at < text_.size()) {
        if (text_[at] == '#') {
            while (at < text_.size() && text_[at] != '\n') ++at;
        } else if (is_space(text_[at])) {
            ++at;
        } else {
            break;
        }
    }
    return at;
}

char Lexer::next_byte() const {
    const std::size_t at = skip_space(end_);
    return at < text_.size() ? text_[at] : '\0';
}

void Lexer::finish(Token::Kind kind, std::size_t end) {
    token_.kind = kind;
    token_.raw = text_.substr(token_.at, end - token_.at);
    end_ = end;
}

Result<void> Lexer::advance() {
    token_.at = skip_space(end_);
    token_.text.clear();
    if (token_.at == text_.size()) {
        finish(Token::Kind::end, token_.at);
        return {};
    }
    const char c = text_[token_.at];
    const char next = token_.at + 1 < text_.size() ? text_[token_.at + 1] : '\0';
    if (begins_word(c) && c != ':') {
        std::size_t end = token_.at;
        while (end < text_.size() && is_of_word(text_[end])) ++end;
        finish(Token::Kind::word, end);
        return {};
    }
    if (c == ':' && begins_word(next)) {  // a name may begin with a colon, as rules' names do
        std::size_t end = token_.at;
        while (end < text_.size() && is_of_word(text_[end])) ++end;
        finish(Token::Kind::word, end);
        return {};
    }
    if (c == '"' || c == '\'' || c == '`') return read_text(c);
    if (is_digit(c) || (c == '.' && is_digit(next))) {
        const bool is_duration = TRY(read_duration());
        if (is_duration) return {};
        return read_number();
    }
    return read_sign();
}

Result<bool> Lexer::read_duration() {
    std::size_t digits = token_.at;
    while (digits < text_.size() && is_digit(text_[digits])) ++digits;
    if (digits == token_.at || unit_at(text_.substr(digits)) == nullptr) return false;
    std::size_t end = digits;
    while (end < text_.size() && (is_of_word(text_[end]) && text_[end] != ':')) ++end;
    const auto duration = parse_duration(text_.substr(token_.at, end - token_.at));
    if (!duration) return error_at(token_.at, duration.error().message());
    token_.number = duration->as_seconds();
    finish(Token::Kind::duration, end);
    return true;
}

Result<void> Lexer::read_number() {
    std::size_t end = token_.at;
    const std::string_view rest = text_.substr(token_.at);
    double value = 0;
    if (rest.size() > 2 && rest[0] == '0' && (rest[1] | 0x20) == 'x') {
        end += 2;
        while (end < text_.size() && is_hex(text_[end])) {
            const char digit = text_[end++];
            value = value * 16 + (is_digit(digit) ? digit - '0' : (digit | 0x20) - 'a' + 10);
        }
        if (end == token_.at + 2) return error_at(token_.at, "a hexadecimal number has digits");
    } else {
        const auto [stop, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
        if (error == std::errc::result_out_of_range) {
            // As strconv.ParseFloat's result: too large is refused by Prometheus as well.
            return error_at(token_.at, "the number is out of range");
        }
        if (error != std::errc{}) return error_at(token_.at, "expected a number");
        end += static_cast<std::size_t>(stop - rest.data());
    }
    if (end < text_.size() && (is_of_word(text_[end]) || text_[end] == '.') && text_[end] != ':')
        return error_at(token_.at, "a number ends in no letter, but for a unit of time");
    token_.number = value;
    finish(Token::Kind::number, end);
    return {};
}

Result<void> Lexer::read_text(char quote) {
    end_ = token_.at + 1;
    while (end_ < text_.size() && text_[end_] != quote) {
        if (text_[end_] == '\\' && quote != '`') {
            TRY(read_escape(quote));
        } else {
            if (text_[end_] == '\n' && quote != '`')
                return error_at(token_.at, "a text in quotes ends in its line");
            token_.text += text_[end_++];
        }
    }
    if (end_ >= text_.size())
        return error_at(token_.at, fmt::format("the quote {} is not closed", quote));
    finish(Token::Kind::text, end_ + 1);
    return {};
}

Result<void> Lexer::read_escape(char quote) {
    const std::size_t at = end_;
    const char c = at + 1 < text_.size() ? text_[at + 1] : '\0';
    constexpr std::string_view from = "abfnrtv\\";
    constexpr std::string_view to = "\a\b\f\n\r\t\v\\";
    end_ = at + 2;
    if (const std::size_t simple = from.find(c); c != '\0' && simple != std::string_view::npos) {
        token_.text += to[simple];
        return {};
    }
    if (c == quote) {
        token_.text += c;
        return {};
    }
    const bool is_octal = c >= '0' && c <= '7';
    const std::size_t digits = is_octal ? 3 : c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
    if (digits == 0) return error_at(at, "a backslash is written twice: \\\\");
    const std::size_t begin = is_octal ? at + 1 : at + 2;
    std::uint32_t value = 0;
    for (std::size_t i = begin; i < begin + digits; ++i) {
        const char digit = i < text_.size() ? text_[i] : '\0';
        const bool is_right = is_octal ? digit >= '0' && digit <= '7' : is_hex(digit);
        if (!is_right) return error_at(at, "the escape has too few digits");
        const int number = is_digit(digit) ? digit - '0' : (digit | 0x20) - 'a' + 10;
        value = value * (is_octal ? 8 : 16) + static_cast<std::uint32_t>(number);
    }
    end_ = begin + digits;
    if (is_octal || c == 'x') {
        if (value > 0xff) return error_at(at, "the escape is no byte");
        token_.text += static_cast<char>(value);
        return {};
    }
    if (value > 0x10ffff || (value >= 0xd800 && value < 0xe000))
        return error_at(at, "the escape is no character");
    append_utf8(static_cast<char32_t>(value), token_.text);
    return {};
}

Result<void> Lexer::read_sign() {
    const std::string_view rest = text_.substr(token_.at);
    for (const std::string_view two : {"==", "!=", "<=", ">=", "=~", "!~"}) {
        if (!rest.starts_with(two)) continue;
        finish(Token::Kind::sign, token_.at + 2);
        return {};
    }
    if (std::string_view("(){}[],:=<>+-*/%^@").find(rest.front()) != std::string_view::npos) {
        finish(Token::Kind::sign, token_.at + 1);
        return {};
    }
    return error_at(token_.at,
                    fmt::format("unexpected '{}'", rest.substr(0, front_character(rest).bytes)));
}

}  // namespace tomograph::promql
