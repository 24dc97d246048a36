#pragma once

#include <bit>
#include <cstdint>
#include <limits>
#include <span>

namespace tomograph::column {

/// Division by one number again and again where the rest should be 0: a multiplication by the
/// inverse modulo 2^64, a tenth of the cost of a division.
class ExactDivision {
 public:
    /// divisor  at least 1
    explicit ExactDivision(std::uint64_t divisor)
        : shift_(std::countr_zero(divisor)), limit_(std::numeric_limits<std::uint64_t>::max()) {
        const std::uint64_t odd = divisor >> shift_;
        inverse_ = odd;  // right in its lowest 3 bits; each round doubles them
        for (int i = 0; i < 5; ++i) inverse_ *= 2 - odd * inverse_;
        limit_ /= odd;
    }

    bool divides(std::uint64_t value) const {
        const std::uint64_t low_bits = value & ((std::uint64_t{1} << shift_) - 1);
        return low_bits == 0 && quotient(value) <= limit_;
    }
    /// Of a value that it divides.
    std::uint64_t quotient(std::uint64_t value) const { return (value >> shift_) * inverse_; }

 private:
    int shift_;
    std::uint64_t limit_;  // no multiple has a greater quotient; every other value does
    std::uint64_t inverse_;
};

/// The greatest divisor that all values minus `base`, their least, have in common; 1 when it is too
/// small to be worth dividing by, or when all are equal.
/// cost  a few values when it is 1, else 1 ns a value
std::uint64_t common_divisor(std::span<const std::int64_t> values, std::int64_t base);

}  // namespace tomograph::column
