#include "api/json_request.h"

#include <doctest/doctest.h>

#include "api/limits.h"

using namespace tomograph;

TEST_CASE("members are read by type, and absent ones are absent") {
    JsonRequest request(
        R"({"text":"a\u00e9","yes":true,"count":3,"share":0.5,"whole":2,"list":["x","y"],)"
        R"("at":1528317567,"nothing":null,"inner":{"deep":"z"},"unknown":[[{}]]})");
    CHECK(request.text("text") == "a\xc3\xa9");
    CHECK(request.boolean("yes") == true);
    CHECK(request.integer("count") == 3);
    CHECK(request.number("share") == 0.5);
    CHECK(request.number("whole") == 2.0);
    CHECK(request.texts("list", 2) == std::vector<std::string>{"x", "y"});
    CHECK(request.timestamp("at")->second() == 1'528'317'567);
    CHECK(request.object("inner")->text("deep") == "z");
    CHECK_FALSE(request.text("nothing"));
    CHECK_FALSE(request.text("absent"));
    CHECK_FALSE(request.object("absent"));
    CHECK(request.texts("absent", 2).empty());
    CHECK_FALSE(request.refusal());
}

TEST_CASE("an empty body is an empty object, and the last of two members wins") {
    for (const std::string_view body : {"", "  \r\n\t", "{}"}) {
        JsonRequest request(body);
        CHECK_FALSE(request.text("x"));
        CHECK_FALSE(request.refusal());
    }
    CHECK(JsonRequest(R"({"x":"a","x":"b"})").text("x") == "b");
}

TEST_CASE("a body that is not a JSON object is refused") {
    struct Case {
        std::string body;
        std::string_view message;
    };
    const Case cases[] = {
        {"null", "the body must be a JSON object"},
        {"[]", "the body must be a JSON object"},
        {"\"x\"", "the body must be a JSON object"},
        {"{", "the body is not JSON"},
        {"{} {}", "the body is not JSON"},
        {"\xef\xbb\xbf{}", "the body is not JSON"},
        {std::string("{\0\"\0x\0", 6), "the body is not JSON"},
        {"{\"x\":\"\xff\"}", "the body is not JSON"},
        {R"({"x":NaN})", "the body is not JSON"},
        {"{\"x\":" + std::string(100'000, '['), "the body is not JSON"},
        {"{\"x\":" + std::string(100, '[') + std::string(100, ']') + "}", "the body is not JSON"},
    };
    for (const auto& [body, message] : cases) {
        CAPTURE(body);
        JsonRequest request(body);
        CHECK_FALSE(request.text("x"));
        REQUIRE(request.refusal());
        CHECK(request.refusal()->type == "SerializationException");
        CHECK(request.refusal()->status == 400);
        CHECK(request.refusal()->message == message);
    }
}

TEST_CASE("a body larger than any honest one is refused before it is read") {
    JsonRequest request("{\"x\":\"" + std::string(request_bytes_max, 'x') + "\"}");
    REQUIRE(request.refusal());
    CHECK(request.refusal()->status == 413);
    JsonRequest blanks(std::string(20U << 20, ' '));
    CHECK_FALSE(blanks.refusal());
}

TEST_CASE("the first mistake is kept, with the name of its member") {
    struct Case {
        std::string_view body;
        void (*read)(JsonRequest&);
        std::string_view type;
        std::string_view message;
    };
    const Case cases[] = {
        {R"({"x":1})", [](JsonRequest& r) { (void)r.text("x"); }, "SerializationException",
         "x must be a string"},
        {R"({"x":"true"})", [](JsonRequest& r) { (void)r.boolean("x"); }, "SerializationException",
         "x must be true or false"},
        {R"({"x":1.5})", [](JsonRequest& r) { (void)r.integer("x"); }, "SerializationException",
         "x must be an integer"},
        {R"({"x":99999999999999999999})", [](JsonRequest& r) { (void)r.integer("x"); },
         "SerializationException", "the body holds a number that cannot be read"},
        {R"({"x":{}})", [](JsonRequest& r) { (void)r.number("x"); }, "SerializationException",
         "x must be a number"},
        {R"({"x":"a"})", [](JsonRequest& r) { (void)r.texts("x", 9); }, "SerializationException",
         "x must be a list"},
        {R"({"x":["a",1]})", [](JsonRequest& r) { (void)r.texts("x", 9); },
         "SerializationException", "x[1] must be a string"},
        {R"({"x":["a","b","c"]})", [](JsonRequest& r) { (void)r.texts("x", 2); },
         "InvalidRequestException", "x holds 3 elements, at most 2 are accepted"},
        {R"({"x":true})", [](JsonRequest& r) { (void)r.timestamp("x"); }, "SerializationException",
         "x must be a timestamp"},
        {R"({"x":1e300})", [](JsonRequest& r) { (void)r.timestamp("x"); },
         "InvalidRequestException", "x: 1e+300 is not a time between 1970 and 2262"},
        {R"({"x":"NaN"})", [](JsonRequest& r) { (void)r.timestamp("x"); },
         "InvalidRequestException", "x: NaN is not a time between 1970 and 2262"},
        {R"({})", [](JsonRequest& r) { (void)r.required_timestamp("x"); },
         "InvalidRequestException", "x is required"},
        {R"({"x":null})", [](JsonRequest& r) { (void)r.required_texts("x", 9); },
         "InvalidRequestException", "x is required"},
        {R"({"x":[1]})", [](JsonRequest& r) { (void)r.required_objects("x", 9); },
         "SerializationException", "x[0] must be an object"},
        {R"({"x":[{},{"y":1}]})",
         [](JsonRequest& r) { (void)r.required_objects("x", 9)[1].text("y"); },
         "SerializationException", "x[1].y must be a string"},
        {R"({"x":{"y":1}})", [](JsonRequest& r) { (void)r.object("x")->text("y"); },
         "SerializationException", "x.y must be a string"},
    };
    for (const Case& each : cases) {
        CAPTURE(each.body);
        JsonRequest request(each.body);
        each.read(request);
        (void)request.required_texts("a later mistake", 1);
        REQUIRE(request.refusal());
        CHECK(request.refusal()->type == each.type);
        CHECK(request.refusal()->message == each.message);
    }
}
