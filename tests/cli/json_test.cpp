#include "cli/json.h"

#include <doctest/doctest.h>

using namespace tomograph;
using namespace tomograph::cli;

TEST_CASE("what is not there reads as empty") {
    const auto parsed = JsonDocument::parse(R"({"a":{"b":[1,"x",true,null]},"n":null})");
    REQUIRE(parsed);
    const Json root = parsed->root();
    CHECK(root["a"]["b"].size() == 4);
    CHECK(root["a"]["b"].at(0).number() == 1);
    CHECK(root["a"]["b"].at(1).text() == "x");
    CHECK(root["a"]["b"].at(2).boolean());
    CHECK_FALSE(root["n"]);
    CHECK_FALSE(root["missing"]["deeper"].at(3));
    CHECK(root["a"].text().empty());
    CHECK(root["a"]["b"].at(9).number(-1) == -1);
    CHECK(root["missing"].to_json() == "null");
}

TEST_CASE("JSON of any depth is read without harm") {
    const std::string deep = std::string(200'000, '[') + std::string(200'000, ']');
    const auto parsed = JsonDocument::parse(deep);
    REQUIRE(parsed);
    CHECK(parsed->root().to_json() == "null");
    for (const char* broken : {"", "{", "[1,", "nul", "\"x", "{\"a\":1}x", "\x01"})
        CHECK_FALSE(JsonDocument::parse(broken));
}

TEST_CASE("JSON for a terminal says the same and steers nothing") {
    CHECK(json_quoted("a\"b\x1b[31m\n") == R"("a\"b\u001B[31m\n")");
    CHECK(json_quoted("c1 \xc2\x9b, del \x7f, bidi \u202e\u2066") ==
          R"("c1 \u009b, del \u007f, bidi \u202e\u2066")");
    CHECK(json_for_terminal("{\"a\":\n \"日本\xc2\xa0\"}") == "{\"a\":\n \"日本\xc2\xa0\"}");
    CHECK(json_for_terminal("cut \xe2\x80") == "cut \xe2\x80");
}
