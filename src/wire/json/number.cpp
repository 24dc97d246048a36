#include "wire/json/number.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>

namespace tomograph {
namespace {

constexpr std::uint64_t mantissa_full =
    1'000'000'000'000'000'000;                ///< one more digit still fits 64 bits
constexpr std::size_t digits_unchecked = 19;  ///< of any value fit 64 bits
constexpr int exponent_bound =
    1'000'000;  ///< beyond any text of ours; keeps the sums inside an int

constexpr auto powers_of_ten = [] {
    std::array<std::uint64_t, 20> powers{};
    powers[0] = 1;
    for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
    return powers;
}();

/// A JSON number taken apart: mantissa x 10^exponent.
struct Decimal {
    bool is_negative = false;
    std::uint64_t mantissa = 0;
    int exponent = 0;
};

class DecimalReader {
 public:
    explicit DecimalReader(std::string_view text) : text_(text) {}

    bool read(Decimal& decimal) {
        decimal.is_negative = take('-');
        if (!(take('0') || read_digits(decimal, false))) return false;
        if (take('.') && !read_digits(decimal, true)) return false;
        if ((take('e') || take('E')) && !read_exponent(decimal)) return false;
        return at_ == text_.size();
    }

 private:
    bool take(char wanted) {
        if (at_ == text_.size() || text_[at_] != wanted) return false;
        ++at_;
        return true;
    }

    bool read_digits(Decimal& decimal, bool is_fraction) {
        if (text_.size() <= digits_unchecked) return read_few_digits(decimal, is_fraction);
        const std::size_t begin = at_;
        for (; at_ < text_.size(); ++at_) {
            const auto digit = static_cast<unsigned>(text_[at_] - '0');
            if (digit > 9) break;
            const bool is_kept = decimal.mantissa < mantissa_full;
            if (is_kept) {
                decimal.mantissa = decimal.mantissa * 10 + digit;
            } else if (!is_rounded_) {
                is_rounded_ = true;
                decimal.mantissa += digit >= 5 ? 1 : 0;
            }
            // A kept fraction digit moves the point left, a dropped integer digit moves it right.
            if (is_kept == is_fraction) {
                const int moved = decimal.exponent + (is_fraction ? -1 : 1);
                decimal.exponent = std::clamp(moved, -exponent_bound, exponent_bound);
            }
        }
        return at_ > begin;
    }

    /// The same for a text too short to overflow: what clients send.
    bool read_few_digits(Decimal& decimal, bool is_fraction) {
        const char* const begin = text_.data() + at_;
        const char* const end = text_.data() + text_.size();
        const char* at = begin;
        std::uint64_t mantissa = decimal.mantissa;
        for (; at != end; ++at) {
            const auto digit = static_cast<unsigned>(*at - '0');
            if (digit > 9) break;
            mantissa = mantissa * 10 + digit;
        }
        decimal.mantissa = mantissa;
        const auto count = static_cast<int>(at - begin);
        if (is_fraction) decimal.exponent = -count;
        at_ += static_cast<std::size_t>(count);
        return count > 0;
    }

    bool read_exponent(Decimal& decimal) {
        const bool is_negative = take('-');
        if (!is_negative) take('+');
        const std::size_t begin = at_;
        int exponent = 0;
        for (; at_ < text_.size(); ++at_) {
            const auto digit = static_cast<unsigned>(text_[at_] - '0');
            if (digit > 9) break;
            exponent = std::min(exponent * 10 + static_cast<int>(digit), exponent_bound);
        }
        decimal.exponent += is_negative ? -exponent : exponent;
        return at_ > begin;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    bool is_rounded_ = false;  ///< by the first digit that was not kept
};

std::optional<std::uint64_t> scaled(std::uint64_t mantissa, int exponent) {
    if (mantissa == 0) return 0;
    if (exponent >= 0) {
        std::uint64_t product = 0;
        if (exponent >= static_cast<int>(powers_of_ten.size())) return {};
        const std::uint64_t power = powers_of_ten[static_cast<std::size_t>(exponent)];
        if (__builtin_mul_overflow(mantissa, power, &product)) return {};
        return product;
    }
    if (-exponent >= static_cast<int>(powers_of_ten.size())) return 0;
    const std::uint64_t power = powers_of_ten[static_cast<std::size_t>(-exponent)];
    const std::uint64_t rest = mantissa % power;
    return mantissa / power + (rest >= power - rest ? 1 : 0);
}

}  // namespace

bool is_json_number(std::string_view text) {
    const char* at = text.data();
    const char* const end = at + text.size();
    const auto take = [&](char wanted) {
        if (at == end || *at != wanted) return false;
        ++at;
        return true;
    };
    const auto take_digits = [&] {
        const char* const begin = at;
        while (at != end && static_cast<unsigned>(*at - '0') <= 9) ++at;
        return at != begin;
    };
    take('-');
    if (!(take('0') || take_digits())) return false;
    if (take('.') && !take_digits()) return false;
    if (take('e') || take('E')) {
        if (!take('-')) take('+');
        if (!take_digits()) return false;
    }
    return at == end;
}

std::optional<std::int64_t> parse_scaled_decimal(std::string_view text, int scale) {
    Decimal decimal;
    if (!DecimalReader(text).read(decimal)) return {};
    const auto size = scaled(decimal.mantissa, decimal.exponent + scale);
    if (!size || *size > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
        return {};
    const auto value = static_cast<std::int64_t>(*size);
    return decimal.is_negative ? -value : value;
}

void append_scaled_decimal(std::int64_t value, int scale, std::string& out) {
    std::uint64_t size = static_cast<std::uint64_t>(value);
    if (value < 0) {
        out += '-';
        size = -size;  // also of the least value, which has no positive one
    }
    const std::uint64_t one = powers_of_ten[static_cast<std::size_t>(scale)];
    fmt::format_to(std::back_inserter(out), "{}.{:0{}}", size / one, size % one, scale);
}

}  // namespace tomograph
