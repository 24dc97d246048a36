#include "column/int_divisor.h"

#include <algorithm>
#include <numeric>

namespace tomograph::column {
namespace {

// Three bits a value, 1.5 KiB of 4,096: below that the dividing is felt and the gain is not.
constexpr std::uint64_t divisor_min = 8;
constexpr std::size_t sample_rows = 16;

}  // namespace

std::uint64_t common_divisor(std::span<const std::int64_t> values, std::int64_t base) {
    const auto above = [=](std::int64_t value) {
        return static_cast<std::uint64_t>(value) - static_cast<std::uint64_t>(base);
    };
    std::uint64_t divisor = 0;  // gcd(0, n) is n
    const std::size_t step = std::max<std::size_t>(1, values.size() / sample_rows);
    for (std::size_t row = 0; row < values.size(); row += step) {
        divisor = std::gcd(divisor, above(values[row]));
        if (divisor != 0 && divisor < divisor_min) return 1;
    }
    ExactDivision division(std::max<std::uint64_t>(1, divisor));
    for (const std::int64_t value : values) {
        if (divisor != 0 && division.divides(above(value))) continue;
        divisor = std::gcd(divisor, above(value));
        if (divisor == 0) continue;
        if (divisor < divisor_min) return 1;
        division = ExactDivision(divisor);
    }
    return std::max<std::uint64_t>(1, divisor);
}

}  // namespace tomograph::column
