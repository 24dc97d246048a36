#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tomograph {

/// A decimal number, exactly: mantissa x 10^exponent. Normalised: the mantissa is no multiple of
/// ten, zero is 0 x 10^0; so equal numbers are equal values.
struct Decimal {
    std::int64_t mantissa = 0;
    std::int32_t exponent = 0;

    /// Normalises.
    static Decimal of(std::int64_t mantissa, std::int32_t exponent = 0);

    bool operator==(const Decimal&) const = default;
};

/// Decimals that people write as bounds are nowhere near it; what is beyond is a mistake.
inline constexpr std::int32_t decimal_exponent_max = 1000;

/// Reads a JSON number.
///
/// errors  invalid  not a JSON number
///         limit    more than 18 significant digits, or beyond decimal_exponent_max
Result<Decimal> parse_decimal(std::string_view text);

/// Shortest plain form that reads back: `-12.5`, `0`, `3e40`.
std::string to_text(Decimal number);

std::strong_ordering compare(Decimal a, Decimal b);

/// Compares a JSON number as written, however long, with `b`: by its decimal digits, never through
/// a double, so 9007199254740993 is not 9007199254740992.
///
/// number  a JSON number; the caller has checked it
/// cost    O(number)
std::strong_ordering compare_number(std::string_view number, Decimal b);

/// One spelling for the same number: `1.0`, `1` and `10e-1` are `1`. Numbers that no Decimal holds
/// stay as written.
std::string canonical_number(std::string_view number);

}  // namespace tomograph
