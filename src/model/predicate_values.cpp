#include "model/predicate.h"

// Values against tests.

namespace tomograph {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

struct SameByte {
    bool ignore_case;
    bool operator()(char a, char b) const { return ignore_case ? lower(a) == lower(b) : a == b; }
};

bool starts_with(std::string_view text, std::string_view start, SameByte same) {
    return text.size() >= start.size() &&
           std::equal(start.begin(), start.end(), text.begin(), same);
}

bool ends_with(std::string_view text, std::string_view end, SameByte same) {
    return text.size() >= end.size() &&
           starts_with(text.substr(text.size() - end.size()), end, same);
}

bool contains(std::string_view text, std::string_view part, SameByte same) {
    return part.empty() ||
           std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end();
}

/// Bytes of the code point at the front; of broken UTF-8 one.
std::size_t front_size(std::string_view text) {
    std::size_t size = 1;
    while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xc0U) == 0x80U) ++size;
    return size;
}

/// Greedy with one point of return, the last star: O(text x pattern) at worst, no recursion.
class Glob {
 public:
    Glob(std::string_view pattern, std::string_view text, SameByte same)
        : pattern_(pattern), text_(text), same_(same) {}

    bool matches() {
        while (at_text_ < text_.size() || at_pattern_ < pattern_.size()) {
            if (step()) continue;
            if (!has_star_ || star_text_ >= text_.size()) return false;
            star_text_ += front_size(text_.substr(star_text_));
            at_text_ = star_text_;
            at_pattern_ = after_star_;
        }
        return true;
    }

 private:
    bool step() {
        if (at_pattern_ == pattern_.size()) return false;
        char c = pattern_[at_pattern_];
        if (c == '*') {
            has_star_ = true;
            after_star_ = ++at_pattern_;
            star_text_ = at_text_;
            return true;
        }
        if (at_text_ == text_.size()) return false;
        if (c == '?') {
            ++at_pattern_;
            at_text_ += front_size(text_.substr(at_text_));
            return true;
        }
        const bool is_escaped = c == '\\' && at_pattern_ + 1 < pattern_.size();
        if (is_escaped) c = pattern_[at_pattern_ + 1];
        if (!same_(c, text_[at_text_])) return false;
        at_pattern_ += is_escaped ? 2 : 1;
        ++at_text_;
        return true;
    }

    std::string_view pattern_;
    std::string_view text_;
    SameByte same_;
    std::size_t at_pattern_ = 0;
    std::size_t at_text_ = 0;
    bool has_star_ = false;
    std::size_t after_star_ = 0;
    std::size_t star_text_ = 0;
};

bool passes_how(const TextTest& test, std::string_view text) {
    const SameByte same{test.ignore_case};
    switch (test.how) {
        case TextTest::How::equal:
            return text.size() == test.text.size() && starts_with(text, test.text, same);
        case TextTest::How::prefix:
            return starts_with(text, test.text, same);
        case TextTest::How::suffix:
            return ends_with(text, test.text, same);
        case TextTest::How::contains:
            return contains(text, test.text, same);
        case TextTest::How::glob:
            return Glob(test.text, text, same).matches();
    }
    ASSERT(false);
}

bool is_set_of(const Test& test, ScalarKind kind) {
    const auto* is_set = std::get_if<IsSet>(&test);
    return is_set != nullptr && (!is_set->kind || *is_set->kind == kind);
}

/// Whether what `order` says of a number against a bound leaves it inside.
template <class Compare>
bool is_inside(const NumberTest& test, Compare order_to) {
    if (test.min) {
        const auto order = order_to(*test.min);
        if (order < 0 || (order == 0 && test.min_is_open)) return false;
    }
    if (test.max) {
        const auto order = order_to(*test.max);
        if (order > 0 || (order == 0 && test.max_is_open)) return false;
    }
    return true;
}

}  // namespace

bool passes_text(const Test& test, std::string_view text) {
    if (const auto* how = std::get_if<TextTest>(&test)) return passes_how(*how, text);
    return is_set_of(test, ScalarKind::text);
}

bool passes_number(const Test& test, Decimal number) {
    if (const auto* range = std::get_if<NumberTest>(&test))
        return is_inside(*range, [&](Decimal bound) { return compare(number, bound); });
    return is_set_of(test, ScalarKind::number);
}

bool passes_boolean(const Test& test, bool value) {
    if (const auto* wanted = std::get_if<BooleanTest>(&test)) return wanted->value == value;
    return is_set_of(test, ScalarKind::boolean);
}

bool passes(const Test& test, const ScalarView& value) {
    switch (value.kind) {
        case ScalarKind::text:
            return passes_text(test, value.text);
        case ScalarKind::boolean:
            return passes_boolean(test, value.text == "true");
        case ScalarKind::number:
            if (const auto* range = std::get_if<NumberTest>(&test))
                return is_inside(*range,
                                 [&](Decimal bound) { return compare_number(value.text, bound); });
            return is_set_of(test, ScalarKind::number);
    }
    ASSERT(false);
}

}  // namespace tomograph
