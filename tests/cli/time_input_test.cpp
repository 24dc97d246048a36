#include "cli/time_input.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <ctime>
#include <string>

using namespace tomograph;
using namespace tomograph::cli;

namespace {

/// 2026-08-22T04:00:00Z
constexpr Instant now = Instant::from_seconds(1'787'371'200);

/// Local time is nine hours east of UTC while it lives, without a time zone database.
struct InTokyo {
    InTokyo() {
        setenv("TZ", "JST-9", 1);
        tzset();
    }
    ~InTokyo() {
        unsetenv("TZ");
        tzset();
    }
};

}  // namespace

TEST_CASE("lengths of time are read with their units") {
    const struct {
        const char* text;
        std::int64_t ms;
    } cases[] = {
        {"500ms", 500},         {"90s", 90'000},
        {"15m", 900'000},       {"1h30m", 5'400'000},
        {"1.5h", 5'400'000},    {"2d", 172'800'000},
        {"1w", 604'800'000},    {"10 min", 600'000},
        {"2 hours", 7'200'000}, {"1 day 2 hours", 93'600'000},
    };
    for (const auto& c : cases) {
        INFO(c.text);
        const auto parsed = parse_duration(c.text);
        REQUIRE(parsed);
        CHECK(parsed->as_milliseconds() == c.ms);
    }
}

TEST_CASE("what is no length of time is refused") {
    for (const char* text :
         {"", " ", "15", "m", "-5m", "5x", "1h-", "0s", "99999d", "1e3s", "5m5", "nan h", "٥m"}) {
        INFO(text);
        const auto parsed = parse_duration(text);
        REQUIRE_FALSE(parsed);
        CHECK(parsed.error().code() == ErrorCode::invalid);
    }
}

TEST_CASE("moments are read in every spelling people use") {
    const InTokyo zone;
    const struct {
        const char* text;
        std::int64_t second;
    } cases[] = {
        {"now", 1'787'371'200},
        {"2h ago", 1'787'364'000},
        {"1787371200", 1'787'371'200},
        {"1787371200500", 1'787'371'200},
        {"2026-08-22T04:00Z", 1'787'371'200},
        {"2026-08-22T04:00:00+00:00", 1'787'371'200},
        {"2026-08-22T13:00", 1'787'371'200},
        {"2026-08-22 13:00:00", 1'787'371'200},
        {"2026-08-22t13:00:00.25+0900", 1'787'371'200},
        {"2026-08-21T23:00:00-05:00", 1'787'371'200},
        {"2026-08-22", 1'787'371'200 - 13 * 3600},
        {"today", 1'787'371'200 - 13 * 3600},
        {"today 09:30", 1'787'371'200 - 13 * 3600 + 9 * 3600 + 1800},
        {"yesterday 14:00", 1'787'371'200 - 13 * 3600 - 86'400 + 14 * 3600},
    };
    for (const auto& c : cases) {
        INFO(c.text);
        const auto parsed = parse_instant(c.text, now);
        REQUIRE(parsed);
        CHECK(parsed->second() == c.second);
    }
    CHECK(parse_instant("1787371200.25", now)->ns == 1'787'371'200'250'000'000);
}

TEST_CASE("what is no moment is refused") {
    for (const char* text :
         {"", "tomorrow", "2026-13-01", "2026-02-31", "2026-08-22T25:00", "2026-08-22T04:61",
          "2026-08-22T04:00+99:00", "12", "-1787371200", "1e300", "2026-08-22T04:00 foo", "ago",
          "yesterday 5pm", "1787371200x"}) {
        INFO(text);
        CHECK_FALSE(parse_instant(text, now));
    }
}

TEST_CASE("a range is a length, a moment, or two of them") {
    const struct {
        const char* text;
        std::int64_t start;
        std::int64_t end;
    } cases[] = {
        {"15m", 1'787'370'300, 1'787'371'200},
        {"2h ago", 1'787'364'000, 1'787'371'200},
        {"2h ago..1h ago", 1'787'364'000, 1'787'367'600},
        {"2h..1h", 1'787'364'000, 1'787'367'600},
        {"30m..", 1'787'369'400, 1'787'371'200},
        {"2026-08-22T03:00Z..2026-08-22T03:30Z", 1'787'367'600, 1'787'369'400},
        {"10m..2026-08-22T03:30Z", 1'787'368'800, 1'787'369'400},
        {"1787364000..1787367600", 1'787'364'000, 1'787'367'600},
    };
    for (const auto& c : cases) {
        INFO(c.text);
        const auto parsed = parse_time_range(c.text, now);
        REQUIRE(parsed);
        CHECK(parsed->start.second() == c.start);
        CHECK(parsed->end.second() == c.end);
    }
}

TEST_CASE("a range that ends before it starts is refused, and so is nonsense") {
    for (const char* text :
         {"1h..2h", "now..now", "..", "x..y", "", "2026-08-23", "..1h", "1h...2h"}) {
        INFO(text);
        const auto parsed = parse_time_range(text, now);
        REQUIRE_FALSE(parsed);
        CHECK(parsed.error().code() == ErrorCode::invalid);
    }
}
