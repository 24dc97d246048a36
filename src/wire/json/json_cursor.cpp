#include "wire/json/json_cursor.h"

#include <fmt/format.h>

#include <cstring>

#include "base/assert.h"
#include "wire/json/escapes.h"
#include "wire/json/number.h"

namespace tomograph {
namespace {

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

}  // namespace

std::string_view JsonString::text(std::string& scratch) const {
    if (!has_escapes) return raw;
    scratch.clear();
    append_unescaped(raw, scratch);
    return scratch;
}

JsonKind JsonCursor::kind() const {
    switch (peek()) {
        case '{':
            return JsonKind::object;
        case '[':
            return JsonKind::array;
        case '"':
            return JsonKind::string;
        case 't':
        case 'f':
            return JsonKind::boolean;
        case 'n':
            return JsonKind::null;
        case '-':
        case '0':
        case '1':
        case '2':
        case '3':
        case '4':
        case '5':
        case '6':
        case '7':
        case '8':
        case '9':
            return JsonKind::number;
        default:
            return JsonKind::none;
    }
}

void JsonCursor::fail(const char* what) {
    if (failed()) return;
    failure_ = what;
    failure_offset_ = offset();
    at_ = end_;
}

std::string JsonCursor::failure() const {
    ASSERT(failed());
    return fmt::format("byte {}: {}", failure_offset_, failure_);
}

std::string_view JsonCursor::token() const {
    if (at_ == end_) return {};
    // Only white space can stand between a token's end and the next token's start.
    const std::size_t begin = at_[0];
    std::size_t end = at_[1];
    while (end > begin && is_space(text_[end - 1])) --end;
    return text_.substr(begin, end - begin);
}

bool JsonCursor::enter() {
    if (depth_ == json_depth_max) {
        fail("nested deeper than 64 levels");
        return false;
    }
    ++depth_;
    next();
    return true;
}

bool JsonCursor::leaves(char close) {
    if (peek() != close) return false;
    next();
    --depth_;
    return true;
}

bool JsonCursor::goes_on(char close) {
    if (peek() == ',') {
        next();
        return true;
    }
    if (!leaves(close)) fail(close == '}' ? "expected ',' or '}'" : "expected ',' or ']'");
    return false;
}

std::string_view JsonCursor::take_key() {
    if (peek() != '"') {
        fail("expected a key in quotes");
        return {};
    }
    const JsonString key = take_string();
    if (peek() != ':') {
        fail("expected ':'");
        return {};
    }
    next();
    return key.text(key_scratch_);
}

JsonString JsonCursor::take_string() {
    if (peek() != '"') {
        fail("expected a string");
        return {};
    }
    const std::string_view quoted = token();
    if (quoted.size() < 2 || quoted.back() != '"') {
        fail("a string is not closed");
        return {};
    }
    const std::string_view raw = quoted.substr(1, quoted.size() - 2);
    const bool has_escapes = has_backslash_ && std::memchr(raw.data(), '\\', raw.size()) != nullptr;
    if (has_escapes && !has_valid_escapes(raw)) {
        fail("bad escape in a string");
        return {};
    }
    next();
    return {raw, has_escapes};
}

std::string_view JsonCursor::take_number() {
    const std::string_view number = token();
    if (!is_json_number(number)) {
        fail("expected a value");
        return {};
    }
    next();
    return number;
}

std::string_view JsonCursor::take_literal() {
    const std::string_view literal = token();
    if (literal != "true" && literal != "false" && literal != "null") {
        fail("expected a value");
        return {};
    }
    next();
    return literal;
}

bool JsonCursor::take_boolean() {
    const std::string_view literal = take_literal();
    if (literal == "null") fail("expected true or false");
    return literal == "true";
}

void JsonCursor::skip_scalar() {
    switch (kind()) {
        case JsonKind::string:
            take_string();
            return;
        case JsonKind::number:
            take_number();
            return;
        case JsonKind::boolean:
        case JsonKind::null:
            take_literal();
            return;
        default:
            fail("expected a value");
    }
}

void JsonCursor::skip() {
    static_assert(json_depth_max <= 64, "one bit a level below");
    const unsigned outside = depth_;
    std::uint64_t is_object = 0;  // bit 0: the innermost container
    for (;;) {
        const char open = peek();
        bool is_value_over = true;
        if (open == '{' || open == '[') {
            if (!enter()) return;
            is_object = is_object << 1 | (open == '{' ? 1 : 0);
            is_value_over = leaves(open == '{' ? '}' : ']');
            if (is_value_over) is_object >>= 1;
        } else {
            skip_scalar();
        }
        while (is_value_over && depth_ > outside && !failed()) {
            is_value_over = !goes_on(is_object & 1 ? '}' : ']');
            if (is_value_over) is_object >>= 1;
        }
        if (failed() || depth_ == outside) return;
        if (is_object & 1) take_key();
    }
}

std::string_view JsonCursor::take_raw() {
    const std::size_t begin = offset();
    skip();
    if (failed()) return {};
    std::size_t end = offset();
    while (is_space(text_[end - 1])) --end;
    return text_.substr(begin, end - begin);
}

}  // namespace tomograph
