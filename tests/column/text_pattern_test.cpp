#include "column/text_pattern.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace tomograph::column {
namespace {

/// A pattern for people: {n} a number, {03} padded to 3 digits, {x8} hexadecimal, {rest}.
std::string readable(std::string_view bytes) {
    const auto pattern = parse_pattern(bytes);
    REQUIRE(pattern);
    std::string text;
    for (const PatternPiece& piece : *pattern) {
        text += piece.literal;
        if (piece.kind == SlotKind::number) text += "{n}";
        if (piece.kind == SlotKind::padded) text += fmt::format("{{0{}}}", piece.width);
        if (piece.kind == SlotKind::hex) text += fmt::format("{{x{}}}", piece.width);
        if (piece.kind == SlotKind::rest) text += "{rest}";
    }
    return text;
}

TEST_CASE("a text's pattern leaves its words and takes its numbers out") {
    struct Case {
        std::string_view text;
        std::string_view pattern;
    };
    for (const Case& c : {
             Case{"orders", "orders"},
             Case{"feedback", "feedback"},
             Case{"0", "{n}"},
             Case{"007", "{03}"},
             Case{"tenant-0020", "tenant-{04}"},
             Case{"/api/v2/orders/123456", "/api/v{n}/orders/{n}"},
             Case{"a1b2", "a{n}b{n}"},
             Case{"i-0abc12ef", "i-{x8}"},
             Case{"ca1f3", "{x5}"},
             Case{"table1x", "table{n}x"},
             Case{"123456789012345678", "{n}"},
             Case{"1234567890123456789", "{x19}"},
             Case{"x550e8400-e29b", "x{x8}-e{n}b"},
             Case{"id=550e8400-1234-1234-1234-123456789012!", "id={x8}-{x4}-{x4}-{x4}-{x12}!"},
             Case{"DEADBEEF01", "DEADBEEF{02}"},
         }) {
        CAPTURE(c.text);
        FoundPattern found;
        REQUIRE(find_pattern(c.text, found));
        CHECK(readable(found.pattern()) == c.pattern);
        const auto pattern = parse_pattern(found.pattern());
        REQUIRE(pattern);
        std::string_view cuts[pattern_slots_max];
        REQUIRE(cut_slots(*pattern, c.text, cuts));
        for (std::size_t i = 0; i < found.cuts().size(); ++i) CHECK(cuts[i] == found.cuts()[i]);
    }
}

TEST_CASE("some texts have no pattern") {
    FoundPattern found;
    CHECK_FALSE(find_pattern("", found));
    CHECK_FALSE(find_pattern(std::string_view("a\0b", 3), found));
    CHECK_FALSE(find_pattern(std::string(pattern_text_bytes_max + 1, 'x'), found));
    CHECK_FALSE(find_pattern("1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16.17", found));
    CHECK(find_pattern("1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16", found));
}

TEST_CASE("a text that is not of a pattern is not cut") {
    std::string_view cuts[pattern_slots_max];
    struct Case {
        std::string_view like;
        std::string_view text;
    };
    for (const Case& c : {Case{"/o/1", "/o/"}, Case{"/o/1", "/p/1"}, Case{"/o/1", "/o/01"},
                          Case{"/o/1", "/o/1x"}, Case{"/o/1", "/o/1234567890123456789"},
                          Case{"t-001", "t-1"}, Case{"t-001", "t-0001"}, Case{"t-001", "t-00x"},
                          Case{"i-0abc12ef", "i-0abc12eg"}, Case{"i-0abc12ef", "i-0abc12e"}}) {
        FoundPattern found;
        REQUIRE(find_pattern(c.like, found));
        const auto pattern = parse_pattern(found.pattern());
        REQUIRE(pattern);
        CHECK_FALSE(cut_slots(*pattern, c.text, cuts));
    }
}

TEST_CASE("damaged patterns are errors") {
    using std::string_literals::operator""s;
    for (const std::string& bytes :
         {"\0"s, "a\0\1"s, "\0\0\0"s, "\0\5\0"s, "\0\1\1"s, "\0\2\0"s, "\0\2\x13"s, "\0\3\0"s,
          "\0\1\0007"s, "\0\1\0\0\1\0"s, "a\0\4\0"s, "\0\4\0a"s})
        CHECK_FALSE(parse_pattern(bytes));
    std::string many;
    for (int i = 0; i < 17; ++i) many += "/\0\1\0"s;
    CHECK_FALSE(parse_pattern(many));
    CHECK(parse_pattern(many.substr(4)));
}

}  // namespace
}  // namespace tomograph::column
