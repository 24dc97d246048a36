#include "wire/xray/document_array.h"

#include <doctest/doctest.h>

#include <string>

namespace tomograph {

TEST_CASE("an array is cut into its elements, anything else is one document") {
    using Views = std::vector<std::string_view>;
    struct Case {
        std::string_view text;
        Views documents;
    };
    const Case cases[] = {
        {R"({"id":"1"})", {R"({"id":"1"})"}},
        {" {} ", {" {} "}},
        {"", {""}},
        {"null", {"null"}},
        {"[]", {}},
        {" [ ] \n", {}},
        {R"([{"a":"],["} , {"b":[1,{}]}])", {R"({"a":"],["})", R"({"b":[1,{}]})"}},
        {R"([1,"x]",[null]])", {"1", R"("x]")", "[null]"}},
        {"T1Sabcd", {"T1Sabcd"}},
    };
    for (const Case& each : cases) {
        CAPTURE(each.text);
        const auto split = split_documents(each.text, 3);
        REQUIRE(split);
        CHECK(*split == each.documents);
    }
}

TEST_CASE("a broken array names the place") {
    struct Case {
        std::string_view text;
        std::string_view message;
    };
    const Case cases[] = {
        {"[", "array of documents: byte 1: expected a document"},
        {"[{}", "array of documents: byte 3: expected ',' or ']'"},
        {"[{},", "array of documents: byte 4: expected a document"},
        {"[{},]", "array of documents: byte 4: expected a document"},
        {"[,{}]", "array of documents: byte 1: expected a document"},
        {"[{} {}]", "array of documents: byte 4: expected ',' or ']'"},
        {"[{}] {}", "array of documents: byte 5: expected nothing behind the array"},
        {"[{]", "array of documents: byte 3: expected ',' or ']'"},
        {"[}]", "array of documents: byte 1: expected a document"},
    };
    for (const Case& each : cases) {
        CAPTURE(each.text);
        const auto split = split_documents(each.text, 3);
        REQUIRE_FALSE(split);
        CHECK(split.error().message() == each.message);
    }
    CHECK_FALSE(split_documents(std::string(1'000'000, '['), 3));
}

TEST_CASE("an array of too many documents is refused, one at the bound is not") {
    CHECK(split_documents("[1,2,3]", 3)->size() == 3);
    const auto split = split_documents("[1,2,3,4]", 3);
    REQUIRE_FALSE(split);
    CHECK(split.error().code() == ErrorCode::limit);
    CHECK(split.error().message() == "array of more than 3 documents");
}

}  // namespace tomograph
