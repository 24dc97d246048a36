#include "api/document_array.h"

#include <doctest/doctest.h>

#include <string>

using namespace tomograph;

TEST_CASE("an array is taken apart at its own commas") {
    struct Case {
        std::string_view json;
        std::vector<std::string_view> elements;
    };
    const Case cases[] = {
        {"[]", {}},
        {" [ \n ] ", {}},
        {"[{}]", {"{}"}},
        {R"([{"a":[1,2]} , {"b":"],[\"\\"}])", {R"({"a":[1,2]})", R"({"b":"],[\"\\"})"}},
        {"[1,,2]", {"1", "", "2"}},
    };
    for (const auto& [json, elements] : cases) {
        CAPTURE(json);
        const auto split = split_array(json, 10);
        REQUIRE(split);
        CHECK(*split == elements);
    }
}

TEST_CASE("what is not one array, or too long a one, is refused") {
    for (const std::string_view json : {"", "[", "]", "{}", "[{]", "[}]", "[1]]", "[[1]", "[\"a]",
                                        "[1] [2]", "[\"\\\"]", "[1,2,3,4]"}) {
        CAPTURE(json);
        CHECK_FALSE(split_array(json, 3));
    }
    const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
    CHECK(split_array(deep, 3)->size() == 1);
}
