#include "api/timestamp.h"

#include <doctest/doctest.h>

#include <limits>
#include <string>

using namespace tomograph;

TEST_CASE("a number is epoch seconds, and milliseconds when it is too large for that") {
    CHECK(timestamp_from(std::int64_t{1'528'317'567})->ns == 1'528'317'567'000'000'000);
    CHECK(timestamp_from(std::int64_t{1'528'317'567'250})->ns == 1'528'317'567'250'000'000);
    CHECK(timestamp_from(1'528'317'567.5)->ns == 1'528'317'567'500'000'000);
    CHECK(timestamp_from(1'528'317'567'250.0)->ns == 1'528'317'567'250'000'000);
    CHECK(timestamp_from(std::int64_t{0})->ns == 0);
}

TEST_CASE("a text is ISO 8601 or a number") {
    struct Case {
        std::string_view text;
        std::int64_t ns;
    };
    const Case cases[] = {
        {"2018-06-06T20:39:27Z", 1'528'317'567'000'000'000},
        {"2018-06-06T20:39:27.25Z", 1'528'317'567'250'000'000},
        {"2018-06-06T20:39:27.1234567891Z", 1'528'317'567'123'456'789},
        {"2018-06-06T20:39:27", 1'528'317'567'000'000'000},
        {"2018-06-06 20:39", 1'528'317'540'000'000'000},
        {"2018-06-07T05:39:27+09:00", 1'528'317'567'000'000'000},
        {"2018-06-06T16:09:27-0430", 1'528'317'567'000'000'000},
        {"2018-06-06", 1'528'243'200'000'000'000},
        {"1528317567", 1'528'317'567'000'000'000},
        {"1528317567.5", 1'528'317'567'500'000'000},
    };
    for (const auto& [text, ns] : cases) {
        CAPTURE(text);
        const auto instant = timestamp_from(text);
        REQUIRE(instant);
        CHECK(instant->ns == ns);
    }
}

TEST_CASE("what is not a time is named") {
    for (const std::string_view text :
         {"", "soon", "2018-13-01", "2018-02-30", "2018-06-06T25:00:00Z", "2018-06-06T20:39:27Q",
          "2018-06-06T20:39:27+9", "1969-12-31", "9999-01-01", "-5", "nan", "inf", "1e300", "12 34",
          "T"}) {
        CAPTURE(text);
        const auto instant = timestamp_from(text);
        REQUIRE_FALSE(instant);
        CHECK(instant.error().message() ==
              std::string(text) + " is not a time between 1970 and 2262");
    }
    CHECK_FALSE(timestamp_from(std::numeric_limits<double>::quiet_NaN()));
    CHECK_FALSE(timestamp_from(std::numeric_limits<double>::infinity()));
    CHECK_FALSE(timestamp_from(-1.0));
    CHECK_FALSE(timestamp_from(1e300));
    CHECK_FALSE(timestamp_from(1e10));
    CHECK_FALSE(timestamp_from(std::numeric_limits<std::int64_t>::max()));
    CHECK_FALSE(timestamp_from(std::numeric_limits<std::int64_t>::min()));
}
