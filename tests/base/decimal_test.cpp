#include "base/decimal.h"

#include <doctest/doctest.h>

namespace tomograph {
namespace {

TEST_CASE("a decimal is read exactly, and equal numbers are equal values") {
    const struct {
        std::string_view text;
        Decimal number;
        std::string_view written;
    } cases[] = {
        {"0", {0, 0}, "0"},
        {"-0", {0, 0}, "0"},
        {"0.000", {0, 0}, "0"},
        {"0e999999999999999999999", {0, 0}, "0"},
        {"1", {1, 0}, "1"},
        {"1.0", {1, 0}, "1"},
        {"10e-1", {1, 0}, "1"},
        {"100", {1, 2}, "100"},
        {"-12.50", {-125, -1}, "-12.5"},
        {"0.001", {1, -3}, "0.001"},
        {"1E+3", {1, 3}, "1000"},
        {"3e40", {3, 40}, "3e40"},
        {"1e-20", {1, -20}, "1e-20"},
        {"123456789012345678", {123456789012345678, 0}, "123456789012345678"},
        {"1234567890123456780", {123456789012345678, 1}, "1234567890123456780"},
        {"9007199254740993", {9007199254740993, 0}, "9007199254740993"},
    };
    for (const auto& each : cases) {
        CAPTURE(each.text);
        const auto read = parse_decimal(each.text);
        REQUIRE(read);
        CHECK(*read == each.number);
        CHECK(to_text(*read) == each.written);
        CHECK(*parse_decimal(to_text(*read)) == *read);
    }
}

TEST_CASE("what is no number, or none that a decimal holds, is refused") {
    for (const auto* text :
         {"", "-", "+1", ".5", "1.", "01", "1e", "1e+", "0x1", "1 ", "NaN", "1,5"}) {
        CAPTURE(text);
        REQUIRE_FALSE(parse_decimal(text));
        CHECK(parse_decimal(text).error().code() == ErrorCode::invalid);
    }
    for (const auto* text : {"1234567890123456789", "0.1234567890123456789", "1e1001", "1e-1001",
                             "1e99999999999999999999"}) {
        CAPTURE(text);
        REQUIRE_FALSE(parse_decimal(text));
        CHECK(parse_decimal(text).error().code() == ErrorCode::limit);
    }
}

TEST_CASE("numbers of any length compare exactly with a decimal") {
    const struct {
        std::string_view number;
        std::string_view bound;
        int order;
    } cases[] = {
        {"1", "1.0", 0},
        {"0.1", "1e-1", 0},
        {"-0.0", "0", 0},
        {"-1", "1", -1},
        {"-2", "-1", -1},
        {"-1", "-2", 1},
        {"0", "-0.5", 1},
        {"9", "10", -1},
        {"9007199254740993", "9007199254740992", 1},
        {"9007199254740992.5", "9007199254740993", -1},
        {"0.12345678901234567890123456789", "0.123456789012345678", 1},
        {"0.12345678901234567890123456789", "0.123456789012345679", -1},
        {"0.12345678901234567800000000000", "0.123456789012345678", 0},
        {"-0.12345678901234567800000000001", "-0.123456789012345678", -1},
        {"100000000000000000000000000000000000001", "1e38", 1},
        {"100000000000000000000000000000000000000", "1e38", 0},
        {"1e400", "1e300", 1},
        {"1e-400", "0", 1},
        {"1e99999999999999999999", "1e999", 1},
        {"-1e99999999999999999999", "-1e999", -1},
        {"0.00000000000000000000000000000000000001", "1e-38", 0},
    };
    for (const auto& each : cases) {
        CAPTURE(each.number);
        CAPTURE(each.bound);
        const Decimal bound = *parse_decimal(each.bound);
        const auto order = compare_number(each.number, bound);
        CHECK((order < 0 ? -1 : order > 0 ? 1 : 0) == each.order);
        if (const auto both = parse_decimal(each.number)) CHECK(compare(*both, bound) == order);
    }
}

TEST_CASE("one number has one spelling, and what is too long keeps its own") {
    CHECK(canonical_number("1.0") == "1");
    CHECK(canonical_number("2.9e1") == "29");
    CHECK(canonical_number("-0.0") == "0");
    CHECK(canonical_number("0.12345678901234567890") == "0.12345678901234567890");
}

}  // namespace
}  // namespace tomograph
