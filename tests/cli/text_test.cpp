#include "cli/text.h"

#include <doctest/doctest.h>

#include <string>

using namespace tomograph::cli;

TEST_CASE("widths are those of a terminal") {
    const struct {
        const char* text;
        std::size_t width;
    } cases[] = {
        {"", 0},     {"abc", 3},  {"é", 1},    {"e\u0301", 1}, {"日本語", 6},   {"ｶﾅ", 2},
        {"カナ", 4}, {"한국", 4}, {"ａ", 2},   {"…", 1},       {"─", 1},        {"█", 1},
        {"✓", 1},    {"🍵", 2},   {"📦 a", 4}, {"￥", 2},      {"か\u3099", 2}, {"a\u200db", 2},
    };
    for (const auto& c : cases) {
        INFO(c.text);
        CHECK(display_width(c.text) == c.width);
    }
}

TEST_CASE("text from a trace cannot steer the terminal") {
    const struct {
        std::string text;
        const char* safe;
    } cases[] = {
        {"plain 日本語", "plain 日本語"},
        {"\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"},
        {"\x1b]0;title\x07", "\\x1b]0;title\\x07"},
        {"two\nlines\ttab\r", "two\\nlines\\ttab\\r"},
        {std::string("nul\0!", 5), "nul\\x00!"},
        {"\x7f", "\\x7f"},
        {"c1 \xc2\x9b"
         "31m",
         "c1 \\u009b31m"},
        {"left \u202e right", "left \\u202e right"},
        {"\u2066iso\u2069", "\\u2066iso\\u2069"},
        {"\xff\xfe", "\\xff\\xfe"},
        {"cut \xe6\x97", "cut \\xe6\\x97"},
        {"overlong \xc0\xaf", "overlong \\xc0\\xaf"},
        {"surrogate \xed\xa0\x80", "surrogate \\xed\\xa0\\x80"},
        {"beyond \xf4\x90\x80\x80", "beyond \\xf4\\x90\\x80\\x80"},
    };
    for (const auto& c : cases) CHECK(safe_text(c.text) == c.safe);
}

TEST_CASE("text is cut to a width and says so") {
    CHECK(fit("abcdef", 6, "…") == "abcdef");
    CHECK(fit("abcdefg", 6, "…") == "abcde…");
    CHECK(fit("abcdefg", 6, "~") == "abcde~");
    CHECK(fit("日本語です", 6, "…") == "日本…");
    CHECK(fit("日本語です", 5, "…") == "日本…");
    CHECK(fit("日本", 1, "…") == "…");
    CHECK(fit("abc", 0, "…") == "");
}

TEST_CASE("padding counts columns, not bytes") {
    CHECK(pad_right("日本", 6) == "日本  ");
    CHECK(pad_left("日本", 6) == "  日本");
    CHECK(pad_right("long", 2) == "long");
    CHECK(repeat("─", 3) == "───");
}
