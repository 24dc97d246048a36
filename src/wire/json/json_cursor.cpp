#include "wire/json/json_cursor.h"

#include <fmt/format.h>

#include "base/assert.h"
#include "wire/json/escapes.h"
#include "wire/json/number.h"

namespace tomograph {

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

std::string_view JsonCursor::expected(const char* what) {
    fail(what);
    return {};
}

std::string_view JsonCursor::unescaped(std::string_view raw, std::string& scratch) {
    if (std::memchr(raw.data(), '\\', raw.size()) == nullptr) return raw;
    scratch.clear();
    if (!append_unescaped(raw, scratch)) {
        --at_;  // the place to blame is the string's
        return expected("bad escape in a string");
    }
    return scratch;
}

std::string_view JsonCursor::take_number() {
    const std::string_view number = token();
    if (!is_json_number(number)) {
        fail("expected a value");
        return {};
    }
    ++at_;
    return number;
}

std::string_view JsonCursor::take_literal() {
    const std::string_view literal = token();
    if (literal != "true" && literal != "false" && literal != "null") {
        fail("expected a value");
        return {};
    }
    ++at_;
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
            take_string(key_scratch_);
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
