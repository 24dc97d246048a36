#include <doctest/doctest.h>

#include <string>

#include "wire/json/escapes.h"
#include "wire/json/utf8.h"
#include "wire/json/value_scan.h"

namespace tomograph {

TEST_CASE("escapes give the characters that they stand for") {
    struct Case {
        std::string_view raw;
        std::string_view text;
    };
    using namespace std::string_view_literals;
    const Case cases[] = {
        {"plain", "plain"},
        {R"(\"\\\/\b\f\n\r\t)", "\"\\/\b\f\n\r\t"},
        {R"(a\u0041\u00e9\u20AC)", "aA\xc3\xa9\xe2\x82\xac"},
        {R"(\ud83d\ude00!)", "\xf0\x9f\x98\x80!"},
        {R"(\uDBFF\uDFFF)", "\xf4\x8f\xbf\xbf"},
        {R"(nul\u0000.)", "nul\0."sv},
    };
    for (const Case& each : cases) {
        CAPTURE(each.raw);
        std::string text;
        CHECK(append_unescaped(each.raw, text));
        CHECK(text == each.text);
    }
}

TEST_CASE("half a surrogate pair and unknown escapes are refused") {
    for (const std::string_view raw :
         {R"(\)", R"(\x41)", R"(\u)", R"(\u12)", R"(\u12g4)", R"(\ud800)", R"(\udc00)",
          R"(\ud800\ud800)", R"(\ud800x)", R"(\ud800\n)", R"(\ud800\u0041)", R"(\U0041)",
          R"(\u+041)", R"(ok\n\q)"}) {
        CAPTURE(raw);
        std::string text;
        CHECK_FALSE(append_unescaped(raw, text));
    }
}

TEST_CASE("quoting and unescaping are inverse") {
    std::string text = "plain \"\\/ \xe2\x82\xac ";
    for (char c = 0; c < 0x20; ++c) text.push_back(c);
    std::string quoted, unescaped;
    append_quoted(text, quoted);
    CHECK(quoted.starts_with("\"plain \\\"\\\\/"));
    CHECK(append_unescaped(std::string_view(quoted).substr(1, quoted.size() - 2), unescaped));
    CHECK(unescaped == text);
}

TEST_CASE("what must be escaped is, wherever it stands") {
    for (std::size_t length = 0; length < 40; ++length)
        for (std::size_t place = 0; place < length; ++place)
            for (const std::string_view special :
                 {"\"", "\\", "\x01", "\x1f", "\x7f", "\xff", "!"}) {
                std::string text(length, 'a');
                text[place] = special[0];
                std::string quoted;
                append_quoted(text, quoted);
                const bool is_escaped =
                    special == "\"" || special == "\\" || special[0] == 1 || special[0] == 0x1f;
                REQUIRE((quoted.find('\\') != std::string::npos) == is_escaped);
                REQUIRE(is_utf8(text) == (special != "\xff"));
                REQUIRE(to_utf8(text).size() == length + (special == "\xff" ? 2 : 0));
            }
}

TEST_CASE("texts are cut between characters") {
    CHECK(cut_characters("abc", 3) == "abc");
    CHECK(cut_characters("abcd", 3) == "abc");
    CHECK(cut_characters("\xc3\xa9\xc3\xa9\xc3\xa9", 2) == "\xc3\xa9\xc3\xa9");
    CHECK(cut_characters("\xc3\xa9\xc3\xa9\xc3\xa9", 3) == "\xc3\xa9\xc3\xa9\xc3\xa9");
    CHECK(cut_characters("a\xf0\x9f\x98\x80z", 2) == "a\xf0\x9f\x98\x80");
    CHECK(cut_characters("abc", 0) == "");
}

TEST_CASE("characters survive a round trip") {
    for (const char32_t character : {U'a', U'\u007f', U'\u0080', U'\u07ff', U'\u0800', U'\uffff',
                                     U'\U00010000', U'\U0010ffff'}) {
        std::string text;
        append_utf8(character, text);
        const Utf8Character read = front_character(text);
        CHECK(read.value == character);
        CHECK(read.bytes == text.size());
    }
}

TEST_CASE("a value is found by its brackets and quotes") {
    constexpr auto npos = std::string_view::npos;
    struct Case {
        std::string_view text;
        std::size_t end;
    };
    const Case cases[] = {
        {R"({"a":"}]\"{"} tail)", 13},
        {"[[],[{}]],", 9},
        {R"("a\\"b)", 5},
        {R"("a\")", npos},
        {"12,", 2},
        {"null", 4},
        {"{", npos},
        {"[[]", npos},
        {"", npos},
        {R"("\)", npos},
        {"}", 0},
    };
    for (const Case& each : cases) {
        CAPTURE(each.text);
        CHECK(scan_value(each.text, 0) == each.end);
    }
    CHECK(scan_value(std::string(1'000'000, '['), 0) == npos);
    CHECK(skip_space(" \r\n\tx", 0) == 4);
    CHECK(skip_space("  ", 0) == 2);
    CHECK(skip_space("x", 7) == 1);
}

}  // namespace tomograph
