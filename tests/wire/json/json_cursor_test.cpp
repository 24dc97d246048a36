#include "wire/json/json_cursor.h"

#include <doctest/doctest.h>

#include <string>

#include "wire/json/json_index.h"

namespace tomograph {
namespace {

/// Walks the whole text; "" when it is JSON, else why not.
std::string complaint(std::string_view text) {
    JsonIndex index;
    auto json = index.read(text);
    if (!json) return json.error().message();
    json->skip();
    if (!json->failed() && !json->at_end()) json->fail("something follows");
    return json->failed() ? json->failure() : "";
}

std::string nested(std::size_t levels) {
    return std::string(levels, '[') + std::string(levels, ']');
}

}  // namespace

TEST_CASE("JSON of any kind is passed over") {
    for (const std::string_view text :
         {"{}", "[]", " [ ] ", "null", "true", "false", "-0", "1e999", R"("")",
          R"({"a":[1,{"b":{}},[]],"c":""})", R"([[],{},"",0,{"":{"":[{}]}}])",
          "\t\r\n{ \"a\" : [ 1 , 2 ] } \n", R"({"a":"\"","b":"\\","c\"":1})",
          "123456789012345678901234567890123456789.5e-77"}) {
        CAPTURE(text);
        CHECK(complaint(text) == "");
    }
}

TEST_CASE("what is not JSON is refused, with its place") {
    struct Case {
        std::string_view text;
        std::string_view complaint;
    };
    using namespace std::string_view_literals;
    const Case cases[] = {
        {"", "nothing but white space"},
        {" \n", "nothing but white space"},
        {"{", "byte 1: expected a key in quotes"},
        {"[", "byte 1: expected a value"},
        {"[1", "byte 2: expected ',' or ']'"},
        {"[1 2]", "byte 3: expected ',' or ']'"},
        {"[1,]", "byte 3: expected a value"},
        {"[,1]", "byte 1: expected a value"},
        {"{,}", "byte 1: expected a key in quotes"},
        {R"({"a"})", "byte 4: expected ':'"},
        {R"({"a":})", "byte 5: expected a value"},
        {R"({"a" 1})", "byte 5: expected ':'"},
        {R"({"a":1,})", "byte 7: expected a key in quotes"},
        {R"({"a":1]})", "byte 6: expected ',' or '}'"},
        {R"([1})", "byte 2: expected ',' or ']'"},
        {R"({a:1})", "byte 1: expected a key in quotes"},
        {R"({'a':1})", "byte 1: expected a key in quotes"},
        {R"({1:1})", "byte 1: expected a key in quotes"},
        {"{} {}", "byte 3: something follows"},
        {"{}x", "byte 2: something follows"},
        {"tru", "byte 0: expected a value"},
        {"truex", "byte 0: expected a value"},
        {R"(true"x")", "byte 0: expected a value"},
        {R"([1"x"])", "byte 1: expected a value"},
        {R"(["a""b"])", "byte 4: expected ',' or ']'"},
        {R"(["a"b])", "byte 4: expected ',' or ']'"},
        {"[NaN]", "byte 1: expected a value"},
        {"[01]", "byte 1: expected a value"},
        {"[- 1]", "byte 1: expected a value"},
        {"[1\f]", "byte 2: expected ',' or ']'"},
        {"\xef\xbb\xbf{}", "byte 0: expected a value"},
        {"[1]\0"sv, "byte 3: something follows"},
        {R"(["a)", "a string is not closed"},
        {R"(["a\"])", "a string is not closed"},
        {"[\"a\nb\"]", "a control character in a string"},
        {"[\"\0\"]"sv, "a control character in a string"},
        {"[\"\xc0\xaf\"]", "not UTF-8"},
        {"[\"\xed\xa0\x80\"]", "not UTF-8"},
        {"[\"\xf4\x90\x80\x80\"]", "not UTF-8"},
        {"[\"\xc3\"]", "not UTF-8"},
        {R"(["\ud800"])", "byte 1: bad escape in a string"},
        {R"({"\q":1})", "byte 1: bad escape in a string"},
        {R"([\"a"])", "a string is not closed"},
    };
    for (const Case& each : cases) {
        CAPTURE(each.text);
        CHECK(complaint(each.text) == each.complaint);
    }
}

TEST_CASE("64 levels are read, 65 are not, and a hundred thousand cost no stack") {
    CHECK(complaint(nested(64)) == "");
    CHECK(complaint(nested(65)) == "byte 64: nested deeper than 64 levels");
    CHECK(complaint(std::string(100'000, '[')) == "byte 64: nested deeper than 64 levels");
    std::string objects;
    for (int level = 0; level < 20'000; ++level) objects += R"({"a":)";
    CHECK(complaint(objects) == "byte 320: nested deeper than 64 levels");
}

TEST_CASE("members come in order, each key unescaped, values with their kind") {
    const std::string_view text = R"({"a":1, "\u0062" : "x\n" ,"a":[true , null],"d":{"e" : 1 } })";
    JsonIndex index;
    auto json = index.read(text);
    REQUIRE(json);
    std::string seen, scratch;
    json->members([&](std::string_view key) {
        seen += std::string(key) + "=";
        if (json->kind() == JsonKind::string) {
            seen += json->take_string(scratch);
        } else {
            seen += json->take_raw();
        }
        seen += ";";
    });
    CHECK(json->at_end());
    CHECK(seen == "a=1;b=x\n;a=[true , null];d={\"e\" : 1 };");
}

TEST_CASE("taking a value of another kind fails and stays failed") {
    JsonIndex index;
    auto json = index.read("[1,2]");
    REQUIRE(json);
    int elements = 0;
    std::string scratch;
    json->elements([&] {
        ++elements;
        json->take_string(scratch);
    });
    CHECK(elements == 1);
    CHECK(json->failure() == "byte 1: expected a string");
    CHECK_FALSE(json->take_boolean());
    CHECK(json->take_number() == "");
    CHECK(json->take_raw() == "");
    CHECK(json->kind() == JsonKind::none);
    CHECK_FALSE(json->at_end());
    CHECK(json->failure() == "byte 1: expected a string");
}

TEST_CASE("an index is used again for smaller and larger texts") {
    JsonIndex index;
    for (const std::size_t numbers : {1U, 50'000U, 3U, 200'000U}) {
        std::string text = "[0";
        for (std::size_t i = 1; i < numbers; ++i) text += ",1";
        text += "]";
        auto json = index.read(text);
        REQUIRE(json);
        std::size_t count = 0;
        json->elements([&] {
            ++count;
            json->skip();
        });
        CHECK(count == numbers);
        CHECK(json->at_end());
    }
}

}  // namespace tomograph
