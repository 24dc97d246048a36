#include "query/spans/duration_text.h"

#include <doctest/doctest.h>

using namespace tomograph;

TEST_CASE("durations are read as Go writes them") {
    struct Case {
        const char* text;
        std::int64_t ns;
    };
    for (const Case& each :
         {Case{"1s", 1'000'000'000}, Case{"1.5s", 1'500'000'000}, Case{"100ms", 100'000'000},
          Case{"1h30m", 5'400'000'000'000}, Case{"20us", 20'000}, Case{"20\u00b5s", 20'000},
          Case{"5ns", 5}, Case{"1m0.5s", 60'500'000'000}, Case{"2d", 172'800'000'000'000}}) {
        CAPTURE(std::string(each.text));
        const auto read = parse_duration_text(each.text);
        REQUIRE(read);
        CHECK(read->ns == each.ns);
    }
    for (const char* text :
         {"", "1", "s", "-1s", "1x", "1s2", "1e3s", "nan", "99999999999h", " 1s"}) {
        CAPTURE(std::string(text));
        CHECK_FALSE(parse_duration_text(text));
    }
}
