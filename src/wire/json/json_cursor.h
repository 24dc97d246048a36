#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "wire/limits.h"

namespace tomograph {

/// What a value is, by its first character; `none` at the end, after a failure, or when it is no
/// value.
enum class JsonKind : std::uint8_t { none, object, array, string, number, boolean, null };

/// Walks one JSON text forward, by the places that JsonIndex found, and checks every byte it
/// passes: what was walked to the end without failure is JSON (RFC 8259) no deeper than
/// json_depth_max. Numbers are checked but not converted, so none is too large. Of equal keys each
/// one is visited, in order.
///
/// A failure sticks: from then on nothing follows, loops end, and failed() tells at the end.
///
/// Borrows the text and its index. Small functions stand here to be inlined: a document has some
/// 150 tokens.
class JsonCursor {
 public:
    /// positions  where each token starts, then text.size() once
    JsonCursor(std::string_view text, std::span<const std::uint32_t> positions, bool has_backslash)
        : text_(text),
          at_(positions.data()),
          end_(positions.data() + positions.size() - 1),
          has_backslash_(has_backslash) {}

    JsonKind kind() const { return kinds[static_cast<std::uint8_t>(peek())]; }

    /// Calls on_member(key) for each member of the object ahead; on_member takes the value, all of
    /// it. The key is unescaped, and good until the value is taken. A value of another kind is
    /// passed over.
    template <class OnMember>
    void members(OnMember&& on_member) {
        if (peek() != '{') return skip();
        if (!enter() || leaves('}')) return;
        do {
            const std::string_view key = take_key();
            if (failed()) return;
            on_member(key);
        } while (goes_on('}'));
    }

    /// Calls on_element() for each element of the array ahead; it takes the value. Else as
    /// members().
    template <class OnElement>
    void elements(OnElement&& on_element) {
        if (peek() != '[') return skip();
        if (!enter() || leaves(']')) return;
        do {
            if (failed()) return;
            on_element();
        } while (goes_on(']'));
    }

    /// Takes a string; fails when another kind is ahead.
    ///
    /// returns  a view of the document or, when there was something to unescape, of `scratch`
    std::string_view take_string(std::string& scratch) {
        if (peek() != '"') [[unlikely]]
            return expected("expected a string");
        const std::string_view quoted = token();
        if (quoted.size() < 2 || quoted.back() != '"') [[unlikely]]
            return expected("a string is not closed");
        ++at_;
        const std::string_view raw(quoted.data() + 1, quoted.size() - 2);
        if (has_backslash_) [[unlikely]]
            return unescaped(raw, scratch);
        return raw;
    }
    /// The same for numbers (their digits) and booleans.
    std::string_view take_number();
    bool take_boolean();

    /// Passes over the value ahead, checking it. Constant stack.
    void skip();
    /// The same; returns its bytes.
    std::string_view take_raw();

    /// Byte offset of the token ahead.
    std::size_t offset() const { return *at_; }
    /// Byte offset of the token last taken: of an object or array, its closing bracket.
    std::size_t previous_offset() const { return at_[-1]; }
    bool at_end() const { return at_ == end_ && !failed(); }

    void fail(const char* what);
    bool failed() const { return failure_ != nullptr; }
    /// "byte 17: expected ':'"; bytes count from 0.
    std::string failure() const;
    /// The same in two; "" without a failure.
    std::size_t failure_offset() const { return failure_offset_; }
    std::string_view failure_reason() const { return failed() ? failure_ : ""; }

 private:
    static constexpr std::array<JsonKind, 256> kinds = [] {
        std::array<JsonKind, 256> by_first_byte{};
        for (const char c : {'-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9'}) {
            by_first_byte[static_cast<std::uint8_t>(c)] = JsonKind::number;
        }
        by_first_byte['{'] = JsonKind::object;
        by_first_byte['['] = JsonKind::array;
        by_first_byte['"'] = JsonKind::string;
        by_first_byte['t'] = by_first_byte['f'] = JsonKind::boolean;
        by_first_byte['n'] = JsonKind::null;
        return by_first_byte;
    }();

    static bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

    char peek() const { return at_ == end_ ? '\0' : text_[*at_]; }

    /// The token ahead, to its last byte; a string with its quotes. Only white space can stand
    /// between a token's end and the next token's start.
    std::string_view token() const {
        if (at_ == end_) return {};
        const char* begin = text_.data() + at_[0];
        const char* end = text_.data() + at_[1];
        while (end > begin && is_space(end[-1])) --end;
        return {begin, static_cast<std::size_t>(end - begin)};
    }

    bool enter() {
        if (depth_ == json_depth_max) [[unlikely]] {
            fail("nested deeper than 64 levels");
            return false;
        }
        ++depth_;
        ++at_;
        return true;
    }

    bool leaves(char close) {
        if (peek() != close) return false;
        ++at_;
        --depth_;
        return true;
    }

    bool goes_on(char close) {
        if (peek() == ',') {
            ++at_;
            return true;
        }
        if (!leaves(close)) [[unlikely]]
            fail(close == '}' ? "expected ',' or '}'" : "expected ',' or ']'");
        return false;
    }

    std::string_view take_key() {
        if (peek() != '"') [[unlikely]]
            return expected("expected a key in quotes");
        const std::string_view key = take_string(key_scratch_);
        if (peek() != ':') [[unlikely]]
            return expected("expected ':'");
        ++at_;
        return key;
    }

    std::string_view expected(const char* what);
    std::string_view unescaped(std::string_view raw, std::string& scratch);
    void skip_scalar();
    std::string_view take_literal();

    std::string_view text_;
    const std::uint32_t* at_;
    const std::uint32_t* end_;
    bool has_backslash_;  ///< anywhere in the text
    unsigned depth_ = 0;
    const char* failure_ = nullptr;
    std::size_t failure_offset_ = 0;
    std::string key_scratch_;
};

}  // namespace tomograph
