#include "api/own/query_parameters.h"

#include <doctest/doctest.h>

using namespace tomograph;

TEST_CASE("parameters are unescaped and typed") {
    QueryParameters query(
        "filter=service(%22api%22)+%7B+fault%20%7D&limit=7&start=1478232000.5&"
        "empty=&flag=true&budget=0.25&limit=8&&=");
    CHECK(query.text("filter") == "service(\"api\") { fault }");
    CHECK(query.integer("limit", 1, 10) == 8);
    CHECK(query.timestamp("start")->ns == 1'478'232'000'500'000'000);
    CHECK(query.text("empty") == std::nullopt);
    CHECK(query.boolean("flag") == true);
    CHECK(query.seconds("budget", Duration{}, Duration::seconds(1)) == Duration::milliseconds(250));
    CHECK(query.text("absent") == std::nullopt);
    query.refuse_others();
    CHECK_FALSE(query.refusal());
}

TEST_CASE("the first mistake in parameters is told") {
    struct Case {
        const char* query;
        const char* message;
    };
    for (const Case& each : {Case{"limit=0", "limit must be a whole number from 1 to 10"},
                             Case{"limit=1x", "limit must be a whole number from 1 to 10"},
                             Case{"flag=yes", "flag must be true or false"},
                             Case{"budget=nan", "budget must be seconds from 0 to 1"},
                             Case{"budget=2", "budget must be seconds from 0 to 1"},
                             Case{"fitler=a", "there is no parameter fitler"},
                             Case{"a=%2", "a=%2 is not percent-encoded UTF-8"},
                             Case{"a=%ff", "a=%ff is not percent-encoded UTF-8"},
                             Case{"limit=x&flag=y", "limit must be a whole number from 1 to 10"}}) {
        CAPTURE(each.query);
        QueryParameters query(each.query);
        query.integer("limit", 1, 10);
        query.boolean("flag");
        query.seconds("budget", Duration{}, Duration::seconds(1));
        query.refuse_others();
        REQUIRE(query.refusal());
        CHECK(query.refusal()->message == each.message);
        CHECK(query.refusal()->status == 400);
    }
}
