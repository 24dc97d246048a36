#include "api/tools/jaeger_query.h"

#include <doctest/doctest.h>

using namespace tomograph;

TEST_CASE("tags are an object of texts, or of what has one text") {
    const auto tags = read_jaeger_tags(R"({"a":"x","n":200,"b":true})");
    REQUIRE(tags);
    CHECK(*tags == std::vector<std::pair<std::string, std::string>>{
                       {"a", "x"}, {"n", "200"}, {"b", "true"}});
    for (const char* text : {"", "x", "[]", R"({"a":{}})", R"({"a":null})",
                             R"({"a":"x"} )"
                             "x"}) {
        CAPTURE(std::string(text));
        CHECK_FALSE(read_jaeger_tags(text));
    }
    std::string many = "{\"k\":\"v\"";
    for (int i = 0; i < 40; ++i) many += ",\"k" + std::to_string(i) + "\":\"v\"";
    const auto refused = read_jaeger_tags(many + "}");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message() == "more than 32 tags");
}

TEST_CASE("a search with all of its members keeps the rules of predicates") {
    JaegerSearch search{
        .service = "shop", .operation = "GET", .min_duration = "1ms", .max_duration = "1.5s"};
    for (const char* key : {"span.kind", "error", "otel.status_code", "http.status_code", "a.b",
                            "event", "otel.scope.name", "otel.scope.version"})
        for (const char* value : {"true", "server", "ERROR", "200", ""})
            if (search.tags.size() < 32) search.tags.emplace_back(key, value);
    const auto predicate = jaeger_predicate(search);
    REQUIRE(predicate);
    const auto checked = check(*predicate);
    CHECK_MESSAGE(checked, (checked ? "" : checked.error().message()));
    search.min_duration = "fast";
    CHECK(jaeger_predicate(search).error().message() ==
          "minDuration: expected a duration like 1.5s or 100ms");
}
