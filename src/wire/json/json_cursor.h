#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "wire/limits.h"

namespace tomograph {

/// What a value is, by its first character; `none` at the end, after a failure, or when it is no
/// value.
enum class JsonKind : std::uint8_t { none, object, array, string, number, boolean, null };

/// A string between its quotes, with its escapes as written (they are known to be valid).
struct JsonString {
    std::string_view raw;
    bool has_escapes = false;

    /// The string itself: a view of the document, or of `scratch` when there was something to
    /// unescape.
    std::string_view text(std::string& scratch) const;
};

/// Walks one JSON text forward, by the places that JsonIndex found, and checks every byte it
/// passes: what was walked to the end without failure is JSON (RFC 8259) no deeper than
/// json_depth_max. Numbers are checked but not converted, so none is too large. Of equal keys each
/// one is visited, in order.
///
/// A failure sticks: from then on nothing follows, loops end, and failed() tells at the end.
///
/// Borrows the text and its index.
class JsonCursor {
 public:
    /// positions  where each token starts, then text.size() once
    JsonCursor(std::string_view text, std::span<const std::uint32_t> positions, bool has_backslash)
        : text_(text),
          at_(positions.data()),
          end_(positions.data() + positions.size() - 1),
          has_backslash_(has_backslash) {}

    JsonKind kind() const;

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

    /// Takes a value of that kind; fails when another is ahead.
    JsonString take_string();
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

 private:
    char peek() const { return at_ == end_ ? '\0' : text_[*at_]; }
    /// The token ahead, to its last byte; a string with its quotes.
    std::string_view token() const;
    void next() { ++at_; }

    bool enter();
    bool leaves(char close);
    bool goes_on(char close);
    std::string_view take_key();
    void skip_scalar();
    std::string_view take_literal();

    std::string_view text_;
    const std::uint32_t* at_;
    const std::uint32_t* end_;
    bool has_backslash_;
    std::string key_scratch_;
    unsigned depth_ = 0;
    const char* failure_ = nullptr;
    std::size_t failure_offset_ = 0;
};

}  // namespace tomograph
