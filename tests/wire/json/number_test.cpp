#include "wire/json/number.h"

#include <doctest/doctest.h>

#include <limits>
#include <string>

namespace tomograph {

TEST_CASE("decimal text scales to integers exactly, whatever its form") {
    struct Case {
        std::string_view text;
        int scale;
        std::optional<std::int64_t> value;
    };
    const std::string many_zeros(100'000, '0');
    const std::string huge = "1" + many_zeros;
    const std::string tiny = "0." + many_zeros + "1";
    const std::string balanced = "1" + many_zeros + "e-100000";
    const Case cases[] = {
        {"0", 9, 0},
        {"-0", 9, 0},
        {"-0.0e7", 9, 0},
        {"1", 9, 1'000'000'000},
        {"1.478293361271E9", 9, 1'478'293'361'271'000'000},
        {"1.478293361271e+9", 9, 1'478'293'361'271'000'000},
        {"1478293361.271123", 9, 1'478'293'361'271'123'000},
        {"1478293361271123e-6", 9, 1'478'293'361'271'123'000},
        {"1478293361.2711234567", 9, 1'478'293'361'271'123'457},
        {"1478293361.27112345649999999999999", 9, 1'478'293'361'271'123'456},
        {"9223372036.854775807", 9, 9'223'372'036'854'775'807},
        {"-9223372036.854775807", 9, -9'223'372'036'854'775'807},
        {"9223372036.854775808", 9, {}},
        {"1e999", 9, {}},
        {"-1e999999999999999999999", 9, {}},
        {"1e-999999999999999999999", 9, 0},
        {"0e999999999999", 9, 0},
        {"292277026596", 9, {}},
        {huge, 9, {}},
        {tiny, 9, 0},
        {balanced, 0, 1},
        {"0.5", 0, 1},
        {"0.49999", 0, 0},
        {"-1.5", 0, -2},
        {"200", 0, 200},
        {"2e2", 0, 200},
        {"18446744073709551616", 0, {}},
        {"9223372036854775807", 0, 9'223'372'036'854'775'807},
        {"0.00000000000000000005", 19, 1},
        {"0.00000000000000000004", 19, 0},
    };
    for (const Case& each : cases) {
        CAPTURE(each.text.substr(0, 40));
        CHECK(parse_scaled_decimal(each.text, each.scale) == each.value);
    }
}

TEST_CASE("a scaled number is written with all its digits, and reads back") {
    struct Case {
        std::int64_t value;
        int scale;
        std::string_view text;
    };
    constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
    for (const Case& each : {Case{0, 3, "0.000"}, Case{-5, 3, "-0.005"}, Case{1'500, 3, "1.500"},
                             Case{1'478'293'361'271'000'001, 9, "1478293361.271000001"},
                             Case{least, 9, "-9223372036.854775808"}}) {
        std::string text;
        append_scaled_decimal(each.value, each.scale, text);
        CHECK(text == each.text);
        if (each.value != least) CHECK(parse_scaled_decimal(text, each.scale) == each.value);
    }
}

TEST_CASE("what JSON does not call a number is none") {
    for (const std::string_view text :
         {"",    "-",     "+1",   "01",  "-01",   ".5",       "5.",        "1e",
          "1e+", "1.e5",  "0x10", "NaN", "nan",   "Infinity", "-Infinity", "1 ",
          " 1",  "1_000", "1,5",  "--1", "1e5.5", "\xd9\xa1"}) {
        CAPTURE(text);
        CHECK_FALSE(is_json_number(text));
        CHECK(parse_scaled_decimal(text, 9) == std::nullopt);
    }
}

}  // namespace tomograph
