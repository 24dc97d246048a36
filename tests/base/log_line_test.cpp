#include "base/log_line.h"

#include <doctest/doctest.h>

#include <limits>
#include <string>

#include "base/limits.h"

namespace tomograph {
namespace {

const Instant noon{1'795'435'200'123'999'999};  // 2026-11-23T12:00:00.123999999Z

std::string human_value(const LogValue& value) {
    const std::string line = to_human_line({noon, LogLevel::info, "m", {{"k", value}}});
    const std::string before = "2026-11-23T12:00:00.123Z info  m k=";
    REQUIRE(line.starts_with(before));
    REQUIRE(line.ends_with("\n"));
    return line.substr(before.size(), line.size() - before.size() - 1);
}

std::string json_value(const LogValue& value) {
    const std::string line = to_json_line({noon, LogLevel::info, "m", {{"k", value}}});
    const std::string before =
        R"({"time":"2026-11-23T12:00:00.123Z","level":"info","message":"m","k":)";
    REQUIRE(line.starts_with(before));
    REQUIRE(line.ends_with("}\n"));
    return line.substr(before.size(), line.size() - before.size() - 2);
}

}  // namespace

TEST_CASE("times are RFC 3339 in UTC with milliseconds") {
    CHECK(to_rfc3339({0}) == "1970-01-01T00:00:00.000Z");
    CHECK(to_rfc3339(noon) == "2026-11-23T12:00:00.123Z");
    CHECK(to_rfc3339({-1}) == "1969-12-31T23:59:59.999Z");
    CHECK(to_rfc3339(Instant::from_seconds(1'709'210'096)) == "2024-02-29T12:34:56.000Z");
}

TEST_CASE("a line has time, level, message and fields") {
    const Error error(ErrorCode::corrupt, "checksum mismatch");
    CHECK(to_human_line({noon, LogLevel::warn, "part skipped", {{"part", 42}, {"error", error}}}) ==
          "2026-11-23T12:00:00.123Z warn  part skipped part=42 error=\"checksum mismatch\"\n");
    CHECK(to_json_line({noon, LogLevel::warn, "part skipped", {{"part", 42}, {"error", error}}}) ==
          R"({"time":"2026-11-23T12:00:00.123Z","level":"warn","message":"part skipped",)"
          R"("part":42,"error":"checksum mismatch"})"
          "\n");
    CHECK(to_human_line({noon, LogLevel::error, "m", {}}) == "2026-11-23T12:00:00.123Z error m\n");
}

TEST_CASE("values are spelled so that they stay one value on one line") {
    struct Case {
        LogValue value;
        const char* human;
        const char* json;
    };
    const Case cases[] = {
        {"plain", "plain", R"("plain")"},
        {"", R"("")", R"("")"},
        {"two words", R"("two words")", R"("two words")"},
        {"a=b", R"("a=b")", R"("a=b")"},
        {R"(say "x" \)", R"("say \"x\" \\")", R"("say \"x\" \\")"},
        {"x\ny", R"("x\ny")", R"("x\ny")"},
        {"x\r\ty", R"("x\x0d\ty")", R"("x\u000d\ty")"},
        {std::string_view("\0", 1), R"("\x00")", R"("\u0000")"},
        {"\x1b[2J", R"("\x1b[2J")", R"("\u001b[2J")"},
        {"\x7f", R"("\x7f")", R"("\u007f")"},
        {"Zürich 東京 😀", R"("Zürich 東京 😀")", R"("Zürich 東京 😀")"},
        {"\xff\xc3", R"("\xff\xc3")", R"("\ufffd\ufffd")"},                // not UTF-8
        {"\xc0\x8a", R"("\xc0\x8a")", R"("\ufffd\ufffd")"},                // an overlong line feed
        {"\xed\xa0\x80", R"("\xed\xa0\x80")", R"("\ufffd\ufffd\ufffd")"},  // a surrogate
        {"\xc2\x9b", R"("\u009b")", R"("\u009b")"},                        // a control of Latin-1
        {"\u2028", R"("\u2028")", R"("\u2028")"},                          // a line separator
        {"\u202e", R"("\u202e")", R"("\u202e")"},                          // reverses what follows
        {true, "true", "true"},
        {-3, "-3", "-3"},
        {std::uint64_t{18446744073709551615U}, "18446744073709551615", "18446744073709551615"},
        {0.25, "0.25", "0.25"},
        {std::numeric_limits<double>::infinity(), "inf", R"("inf")"},
    };
    for (const auto& [value, human, json] : cases) {
        CAPTURE(human);
        CHECK(human_value(value) == human);
        CHECK(json_value(value) == json);
    }
}

TEST_CASE("a message and a key cannot break the line either") {
    CHECK(to_human_line({noon, LogLevel::info, "a\nb", {{"c\nd", 1}}}) ==
          "2026-11-23T12:00:00.123Z info  a\\nb c\\nd=1\n");
}

TEST_CASE("a long value is cut before a torn character, and the line says so") {
    const std::string fits(log_value_bytes_max, 'x');
    CHECK(human_value(fits) == fits);
    CHECK(human_value(fits + "yz") == "\"" + fits + "... (2 bytes more)\"");
    const std::string torn = std::string(log_value_bytes_max - 1, 'x') + "ü";
    CHECK(human_value(torn) ==
          "\"" + torn.substr(0, log_value_bytes_max - 1) + "... (2 bytes more)\"");
}

}  // namespace tomograph
