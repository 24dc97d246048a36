#include "query/filter/lexer.h"

#include <fmt/format.h>

#include <algorithm>

#include "wire/json/utf8.h"
#include "wire/json/value_scan.h"

namespace tomograph::filter {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool begins_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_of_word(char c) { return begins_word(c) || is_digit(c) || c == '.'; }
bool is_of_key(char c) { return is_of_word(c) || c == '-' || c == ':' || c == '/' || c == '@'; }

template <class IsOf>
std::size_t end_of(std::string_view text, std::size_t at, IsOf is_of) {
    while (at < text.size() && is_of(text[at])) ++at;
    return at;
}

std::string_view character_at(std::string_view text, std::size_t at) {
    return text.substr(at, front_character(text.substr(at)).bytes);
}

bool is_surrogate(char32_t c) { return c >= 0xd800 && c < 0xe000; }

/// Digits as JSON wants them: "-.5" is "-0.5", "007" is "7".
std::string json_number(std::string_view raw) {
    std::string number;
    if (raw.starts_with('-')) number += '-';
    raw.remove_prefix(number.size());
    const std::size_t digits = std::min(raw.find_first_not_of('0'), raw.size());
    raw.remove_prefix(digits);
    if (raw.empty() || !is_digit(raw.front())) number += '0';
    return number.append(raw);
}

}  // namespace

Error Lexer::error_at(std::size_t byte, std::string_view reason) const {
    const std::string_view before = text_.substr(0, byte);
    const auto characters =
        std::count_if(before.begin(), before.end(), [](char c) { return (c & '\xc0') != '\x80'; });
    return Error(ErrorCode::invalid, fmt::format("Invalid {} expression at position {}: {}", what_,
                                                 characters + 1, reason));
}

void Lexer::finish(Token::Kind kind, std::size_t end) {
    token_.kind = kind;
    token_.raw = text_.substr(token_.at, end - token_.at);
    end_ = end;
}

Result<void> Lexer::advance() {
    token_.at = skip_space(text_, end_);
    token_.text.clear();
    if (token_.at == text_.size()) {
        finish(Token::Kind::end, token_.at);
        return {};
    }
    const char c = text_[token_.at];
    if (begins_word(c)) {
        finish(Token::Kind::word, end_of(text_, token_.at, is_of_word));
        return {};
    }
    if (c == '"' || c == '\'') return read_text(c);
    if (c == '#') return read_json();
    if (is_digit(c) || c == '.' || c == '-') return read_number();
    return read_sign();
}

Result<std::string> Lexer::take_bare_key() {
    const std::size_t begin = skip_space(text_, end_);
    const std::size_t end = end_of(text_, begin, is_of_key);
    if (end > begin) end_ = end;
    TRY(advance());
    return std::string(text_.substr(begin, end - begin));
}

Result<void> Lexer::read_text(char quote) {
    end_ = token_.at + 1;
    while (end_ < text_.size() && text_[end_] != quote) {
        if (text_[end_] == '\\') {
            TRY(read_escape(end_));
        } else {
            token_.text += text_[end_++];
        }
    }
    if (end_ >= text_.size())
        return error_at(token_.at, fmt::format("the quote {} is not closed", quote));
    finish(Token::Kind::text, end_ + 1);
    return {};
}

Result<void> Lexer::read_escape(std::size_t at) {
    const char c = at + 1 < text_.size() ? text_[at + 1] : '\0';
    end_ = at + 2;
    switch (c) {
        case '"':
        case '\'':
        case '\\':
        case '/':
            token_.text += c;
            return {};
        case 'n':
            token_.text += '\n';
            return {};
        case 't':
            token_.text += '\t';
            return {};
        case 'u':
            break;
        default:
            return error_at(at, R"(a backslash is written twice: \\)");
    }
    char32_t character = TRY(read_hex(at));
    end_ = at + 6;
    if (is_surrogate(character)) {
        char32_t low = 0;
        if (character < 0xdc00 && text_.substr(end_, 2) == "\\u") low = TRY(read_hex(end_));
        if (low < 0xdc00 || low >= 0xe000)
            return error_at(at, "half of a surrogate pair is no character");
        character = 0x10000 + ((character - 0xd800) << 10) + (low - 0xdc00);
        end_ += 6;
    }
    append_utf8(character, token_.text);
    return {};
}

Result<char32_t> Lexer::read_hex(std::size_t at) const {
    char32_t value = 0;
    for (std::size_t i = at + 2; i < at + 6; ++i) {
        const char c = i < text_.size() ? text_[i] : '\0';
        const char lower = static_cast<char>(c | 0x20);
        if (!is_digit(c) && !(lower >= 'a' && lower <= 'f'))
            return error_at(at, R"(\u is followed by four hexadecimal digits)");
        value = value << 4 | static_cast<char32_t>(is_digit(c) ? c - '0' : lower - 'a' + 10);
    }
    return value;
}

Result<void> Lexer::read_number() {
    std::size_t at = token_.at + (text_[token_.at] == '-' ? 1 : 0);
    const std::size_t digits = at;
    at = end_of(text_, at, is_digit);
    const std::size_t point = at;
    if (at < text_.size() && text_[at] == '.') at = end_of(text_, at + 1, is_digit);
    const bool has_fraction = at > point + 1;
    if ((point == digits && !has_fraction) || at == point + 1)
        return error_at(token_.at, "a number has digits, also behind its point");
    if (at < text_.size() && (text_[at] == 'e' || text_[at] == 'E')) {
        std::size_t exponent = at + 1;
        if (exponent < text_.size() && (text_[exponent] == '-' || text_[exponent] == '+'))
            ++exponent;
        const std::size_t end = end_of(text_, exponent, is_digit);
        if (end > exponent) at = end;
    }
    if (at < text_.size() && is_of_word(text_[at])) {
        const std::string_view whole =
            text_.substr(token_.at, end_of(text_, at, is_of_word) - token_.at);
        const std::string_view rest = text_.substr(at, whole.size() - (at - token_.at));
        if (rest == "s" || rest == "ms" || rest == "us" || rest == "ns" || rest == "m")
            return error_at(at, "a number has no unit; times are seconds, as 0.25");
        return error_at(token_.at, fmt::format("a text stands in quotes: \"{}\"", whole));
    }
    finish(Token::Kind::number, at);
    const Result<Decimal> number = parse_decimal(json_number(token_.raw));
    if (!number) return error_at(token_.at, number.error().message());
    token_.number = *number;
    return {};
}

Result<void> Lexer::read_json() {
    const std::size_t begin = skip_space(text_, token_.at + 1);
    const bool is_container = begin < text_.size() && (text_[begin] == '[' || text_[begin] == '{');
    if (!is_container) return error_at(token_.at, "'#' is followed by JSON: #[ … ] or #{ … }");
    const std::size_t end = scan_value(text_, begin);
    if (end == std::string_view::npos) return error_at(begin, "the JSON is not closed");
    token_.at = begin;
    finish(Token::Kind::json, end);
    return {};
}

Result<void> Lexer::read_sign() {
    const std::string_view rest = text_.substr(token_.at);
    for (const std::string_view two : {"!=", "<=", ">=", "==", "&&", "||"}) {
        if (!rest.starts_with(two)) continue;
        finish(Token::Kind::sign, token_.at + 2);
        if (two == "==") token_.raw = "=";
        return {};
    }
    if (std::string_view("(){}[],:!=<>").find(rest.front()) != std::string_view::npos) {
        finish(Token::Kind::sign, token_.at + 1);
        return {};
    }
    const std::string_view character = character_at(text_, token_.at);
    if (character == "“" || character == "”" || character == "‘" || character == "’")
        return error_at(token_.at, "texts stand in straight quotes: \"");
    return error_at(token_.at, fmt::format("unexpected '{}'", character));
}

}  // namespace tomograph::filter
