#include "cli/table.h"

#include <doctest/doctest.h>

#include "cli/output_format.h"

using namespace tomograph::cli;

namespace {

Table sample() {
    Table table(
        {{"NAME", Align::left, true}, {"REQUEST", Align::left, true}, {"COUNT", Align::right}});
    table.add({{"checkout"}, {"POST /checkout"}, {"12"}});
    table.add({{"日本語サービス"}, {"GET /商品"}, {"7"}});
    table.add({{"\x1b[2Jevil"}, {"a\tb"}, {"1"}});
    return table;
}

Terminal plain(std::size_t columns) {
    return {.is_tty = true, .colour = false, .unicode = true, .columns = columns};
}

}  // namespace

TEST_CASE("columns align whatever the width of their characters") {
    CHECK(sample().to_text(plain(80)) ==
          "NAME            REQUEST         COUNT\n"
          "checkout        POST /checkout     12\n"
          "日本語サービス  GET /商品           7\n"
          "\\x1b[2Jevil     a\\tb                1\n");
}

TEST_CASE("a narrow terminal cuts the columns that may shrink") {
    CHECK(sample().to_text(plain(30)) ==
          "NAME        REQUEST      COUNT\n"
          "checkout    POST /chec…     12\n"
          "日本語サ…   GET /商品        7\n"
          "\\x1b[2Jev…  a\\tb             1\n");
}

TEST_CASE("colour wraps the text and not its padding") {
    Table table({{"A"}, {"B"}});
    table.add({{"x", Style::fault}, {"y"}});
    const Terminal terminal{.is_tty = true, .colour = true, .unicode = true, .columns = 80};
    CHECK(table.to_text(terminal) == "\x1b[1mA\x1b[0m  \x1b[1mB\x1b[0m\n\x1b[31mx\x1b[0m  y\n");
}

TEST_CASE("programs get tabs that no value can forge") {
    CHECK(sample().to_tab_separated() ==
          "name\trequest\tcount\ncheckout\tPOST /checkout\t12\n日本語サービス\tGET /商品\t7\n"
          "\\x1b[2Jevil\ta\\tb\t1\n");
}

TEST_CASE("CSV fields are quoted, and formulas defused") {
    CHECK(csv_field("plain") == "plain");
    CHECK(csv_field("a,b") == "\"a,b\"");
    CHECK(csv_field("say \"hi\"") == "\"say \"\"hi\"\"\"");
    CHECK(csv_field("=cmd()") == "'=cmd()");
    CHECK(csv_field("@x") == "'@x");
    CHECK(csv_field("-1.5") == "-1.5");
    CHECK(csv_field("-x") == "'-x");
    CHECK(csv_field("two\nlines") == "two\\nlines");
}
