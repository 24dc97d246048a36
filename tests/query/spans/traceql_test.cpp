#include "query/spans/traceql.h"

#include <doctest/doctest.h>

#include "query/spans/regex_tests.h"

using namespace tomograph;

TEST_CASE("a query that is not served names the column") {
    struct Case {
        const char* query;
        const char* message;
    };
    for (const Case& each : {
             Case{"", "column 1: expected '{'"},
             Case{"{ name }", "column 8: expected a comparison"},
             Case{"{ .a = }", "column 8: expected a value"},
             Case{"{ .a = \"x }", "column 8: the text does not end"},
             Case{"{ .a = x }", "column 8: expected a value; texts stand in quotes"},
             Case{"{ .a =~ 1 }", "column 9: '=~' does not go with this value"},
             Case{"{ .a > \"x\" }", "column 8: '>' of texts is not served"},
             Case{"{ .a = 1 ", "column 10: expected '}', && or ||"},
             Case{"{ parent.a = 1 }", "column 3: this intrinsic or scope is not served"},
             Case{"{ !(.a = 1) }", "column 3: '!' is not served: turn the comparison around"},
             Case{"{ status = 3 }", "column 12: expected a word that this intrinsic can be"},
             Case{"{ duration > 3 }", "column 14: expected a duration like 100ms"},
             Case{"{ rootName = \"x\" || .a = 1 }",
                  "column 3: conditions on the trace and on spans are not served with ||"},
             Case{"{ } ~ { }", "column 5: '~' between spansets is not served: && and || are"},
             Case{"{ } && { } | count() > 1",
                  "column 14: count() of several spansets is not served"},
             Case{"{ } | avg(duration) > 1s",
                  "column 7: of pipelines count() and select() are served"},
             Case{"{ } x", "column 5: this is not expected here"},
         }) {
        CAPTURE(std::string(each.query));
        const auto query = parse_traceql(each.query);
        REQUIRE_FALSE(query);
        CHECK(query.error().message() == each.message);
    }
    CHECK_FALSE(parse_traceql(std::string(100, '(')));
    CHECK_FALSE(parse_traceql("{ .a = \"" + std::string(10'000, 'x') + "\" }"));
}

TEST_CASE("what is served is read whole") {
    const auto query = parse_traceql(
        "{ resource.service.name = `shop` && (.a >= -1.5e3 || name != \"x\") && kind = server && "
        "trace:duration > 1m30s } | count() >= 2 | select(span.\"b c\", .a)");
    REQUIRE_MESSAGE(query, (query ? "" : query.error().message()));
    REQUIRE(query->count);
    CHECK(passes_number(*query->count, Decimal::of(2)));
    CHECK_FALSE(passes_number(*query->count, Decimal::of(1)));
    CHECK(query->shown == std::vector<TraceQlAttribute>{{AttributeScope::resource, "service.name"},
                                                        {std::nullopt, "a"},
                                                        {AttributeScope::span, "b c"}});
}

TEST_CASE("regular expressions become texts and globs, anchored") {
    struct Case {
        const char* pattern;
        const char* text;
        bool passes;
    };
    for (const Case& each :
         {Case{"a", "a", true}, Case{"a", "ab", false}, Case{"a|b", "b", true},
          Case{"(a|b)", "b", true}, Case{"^a.*$", "abc", true}, Case{".*c", "abc", true},
          Case{"a.+", "a", false}, Case{"a.+", "ab", true}, Case{"a.c", "abc", true},
          Case{"a\\.c", "abc", false}, Case{"a\\.c", "a.c", true}, Case{"a\\*.*", "a*b", true},
          Case{"a\\*.*", "ab", false}, Case{"(?i)GET.*", "get /", true}, Case{"", "", true},
          Case{"a\\|b", "a|b", true}}) {
        CAPTURE(std::string(each.pattern));
        CAPTURE(std::string(each.text));
        const auto tests = tests_of_regex(each.pattern);
        REQUIRE(tests);
        bool passes = false;
        for (const Test& test : *tests) passes |= passes_text(test, each.text);
        CHECK(passes == each.passes);
    }
    for (const char* pattern :
         {"[a]", "a*", "a+", "a?", "a{2}", "a(b)c", "\\d", "a\\", "a^", ".*?", "(a|b)|c"}) {
        CAPTURE(std::string(pattern));
        CHECK_FALSE(tests_of_regex(pattern));
    }
}
