#include "api/json_writer.h"

#include <doctest/doctest.h>

#include <limits>

using namespace tomograph;

TEST_CASE("numbers have the form that strict clients read") {
    JsonWriter json;
    json.begin_object();
    json.integer("integer", 3);
    json.integer("long", std::numeric_limits<std::int64_t>::min());
    json.number("whole", 3);
    json.number("short", 0.1);
    json.number("small", 1e-7);
    json.number("nan", std::numeric_limits<double>::quiet_NaN());
    json.number("infinite", std::numeric_limits<double>::infinity());
    json.whole_second("aggregate", Instant{1'528'317'567'900'000'000});
    json.moment("moment", Instant{1'528'317'567'250'000'400});
    json.seconds("duration", Duration{157'000'064});
    json.end_object();
    CHECK(
        json.take() ==
        R"({"integer":3,"long":-9223372036854775808,"whole":3.0,"short":0.1,"small":1e-7,"nan":0.0,)"
        R"("infinite":0.0,"aggregate":1528317567.0,"moment":1528317567.25,"duration":0.157})");
}

TEST_CASE("texts are escaped and containers nest") {
    JsonWriter json;
    json.begin_object();
    json.text("text", "a\"b\\c\n\x01 \xc3\xa9");
    json.text("empty", std::string_view());
    json.begin_array("list");
    json.text("x");
    json.begin_object();
    json.boolean("yes", true);
    json.end_object();
    json.begin_array();
    json.end_array();
    json.end_array();
    json.begin_object("inner");
    json.end_object();
    json.end_object();
    CHECK(json.take() ==
          "{\"text\":\"a\\\"b\\\\c\\n\\u0001 \xc3\xa9\",\"empty\":\"\","
          "\"list\":[\"x\",{\"yes\":true},[]],\"inner\":{}}");
}

TEST_CASE("a writer can be used again") {
    JsonWriter json;
    for (int round = 0; round < 2; ++round) {
        json.begin_array();
        json.end_array();
        CHECK(json.take() == "[]");
    }
}
