#include "model/ids.h"

#include <doctest/doctest.h>

namespace tomograph {

TEST_CASE("both spellings of a trace id give the same value, in either case") {
    const TraceId id{0x581cf771a0066491, 0x27e371903a2de979};
    for (const std::string_view text :
         {"1-581cf771-a006649127e371903a2de979", "1-581CF771-A006649127E371903A2DE979",
          "581cf771a006649127e371903a2de979", "581CF771A006649127E371903A2DE979"}) {
        const auto parsed = parse_trace_id(text);
        REQUIRE(parsed);
        CHECK(*parsed == id);
    }
    CHECK(to_xray_text(id) == "1-581cf771-a006649127e371903a2de979");
    CHECK(to_hex(id) == "581cf771a006649127e371903a2de979");
    CHECK(id.claimed_second() == 1478293361);
}

TEST_CASE("anything else is not a trace id") {
    for (const std::string_view text :
         {"", "1-", "2-581cf771-a006649127e371903a2de979", "1-581cf771-a006649127e371903a2de97",
          "1-581cf771-a006649127e371903a2de9790", "1-581cf771a-006649127e371903a2de979",
          "1-581cf77g-a006649127e371903a2de979", "1_581cf771-a006649127e371903a2de979",
          "581cf771a006649127e371903a2de97g", "1-00000000-000000000000000000000000",
          "00000000000000000000000000000000"}) {
        CHECK_FALSE(parse_trace_id(text));
    }
    CHECK(parse_trace_id("x").error().message() ==
          "trace id is neither 1-8hex-24hex nor 32 hex digits: \"x\" (1 bytes)");
    CHECK(parse_trace_id(std::string(1'000'000, 'a')).error().message().size() < 200);
}

TEST_CASE("a span id is 16 hex digits and not zero") {
    REQUIRE(parse_span_id("70DE5b6f19ff9a0a"));
    CHECK(parse_span_id("70DE5b6f19ff9a0a")->value == 0x70de5b6f19ff9a0a);
    CHECK(to_hex(SpanId{0x0a}) == "000000000000000a");
    for (const std::string_view text :
         {"", "70de5b6f19ff9a0", "70de5b6f19ff9a0a0", "70de5b6f19ff9a0:", "0000000000000000",
          "-0de5b6f19ff9a0a", " 0de5b6f19ff9a0a",
          "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"}) {
        CHECK_FALSE(parse_span_id(text));
    }
}

}  // namespace tomograph
