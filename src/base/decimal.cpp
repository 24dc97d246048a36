#include "base/decimal.h"

#include <fmt/format.h>

#include <algorithm>

namespace tomograph {
namespace {

constexpr std::int32_t kept_digits_max = 19;  // any 19 digits fit into 64 bits
constexpr std::int64_t read_exponent_max = 1'000'000'000;

/// |number| = (digits + e) x 10^exponent, where 0 <= e < 1, and e = 0 unless `has_more`.
struct Magnitude {
    bool is_negative = false;
    std::uint64_t digits = 0;
    std::int32_t count = 0;  // of digits; 0 for zero
    std::int64_t exponent = 0;
    bool has_more = false;

    /// Of the digit before the first: numbers of a higher place are larger.
    std::int64_t place() const { return count + exponent; }
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

class NumberReader {
 public:
    explicit NumberReader(std::string_view text) : text_(text) {}

    /// False when the text is not a JSON number.
    bool read(Magnitude& out) {
        out.is_negative = take('-');
        const std::size_t start = at_;
        if (!take_digits(out, false)) return false;
        if (text_[start] == '0' && at_ > start + 1) return false;
        if (take('.') && !take_digits(out, true)) return false;
        if ((take('e') || take('E')) && !take_exponent(out)) return false;
        return at_ == text_.size();
    }

 private:
    bool take(char c) {
        if (at_ == text_.size() || text_[at_] != c) return false;
        ++at_;
        return true;
    }

    bool take_digits(Magnitude& out, bool is_fraction) {
        const std::size_t start = at_;
        for (; at_ < text_.size() && is_digit(text_[at_]); ++at_)
            add_digit(out, text_[at_], is_fraction);
        return at_ > start;
    }

    static void add_digit(Magnitude& out, char c, bool is_fraction) {
        if (out.count == kept_digits_max) {
            out.has_more = out.has_more || c != '0';
            if (!is_fraction) ++out.exponent;
            return;
        }
        if (is_fraction) --out.exponent;
        if (out.count == 0 && c == '0') return;
        out.digits = out.digits * 10 + static_cast<std::uint64_t>(c - '0');
        ++out.count;
    }

    bool take_exponent(Magnitude& out) {
        const bool is_negative = take('-');
        if (!is_negative) static_cast<void>(take('+'));
        const std::size_t start = at_;
        std::int64_t exponent = 0;
        for (; at_ < text_.size() && is_digit(text_[at_]); ++at_)
            exponent = std::min(exponent * 10 + (text_[at_] - '0'), read_exponent_max);
        out.exponent += is_negative ? -exponent : exponent;
        return at_ > start;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

std::int32_t count_digits(std::uint64_t value) {
    std::int32_t count = 0;
    for (; value != 0; value /= 10) ++count;
    return count;
}

Magnitude magnitude_of(Decimal number) {
    Magnitude magnitude;
    magnitude.is_negative = number.mantissa < 0;
    const auto bits = static_cast<std::uint64_t>(number.mantissa);
    magnitude.digits = magnitude.is_negative ? 0 - bits : bits;
    magnitude.count = count_digits(magnitude.digits);
    magnitude.exponent = number.exponent;
    return magnitude;
}

std::uint64_t with_digits(const Magnitude& number, std::int32_t count) {
    std::uint64_t digits = number.digits;
    for (std::int32_t i = number.count; i < count; ++i) digits *= 10;
    return digits;
}

/// Of what neither sign says; `b` is exact.
std::strong_ordering compare_sizes(const Magnitude& a, const Magnitude& b) {
    if (a.count == 0 || b.count == 0) return a.count <=> b.count;
    if (a.place() != b.place()) return a.place() <=> b.place();
    const std::int32_t count = std::max(a.count, b.count);
    const auto order = with_digits(a, count) <=> with_digits(b, count);
    if (order == std::strong_ordering::equal && a.has_more) return std::strong_ordering::greater;
    return order;
}

std::strong_ordering compare_magnitudes(const Magnitude& a, const Magnitude& b) {
    const bool a_is_negative = a.is_negative && a.count > 0;
    const bool b_is_negative = b.is_negative && b.count > 0;
    if (a_is_negative != b_is_negative)
        return a_is_negative ? std::strong_ordering::less : std::strong_ordering::greater;
    const auto order = compare_sizes(a, b);
    return a_is_negative ? 0 <=> order : order;
}

}  // namespace

Decimal Decimal::of(std::int64_t mantissa, std::int32_t exponent) {
    if (mantissa == 0) return {};
    while (mantissa % 10 == 0) {
        mantissa /= 10;
        ++exponent;
    }
    return {.mantissa = mantissa, .exponent = exponent};
}

Result<Decimal> parse_decimal(std::string_view text) {
    Magnitude read;
    if (!NumberReader(text).read(read)) return Error(ErrorCode::invalid, "not a number");
    while (read.count == kept_digits_max && read.digits % 10 == 0 && !read.has_more) {
        read.digits /= 10;
        --read.count;
        ++read.exponent;
    }
    if (read.has_more || read.count >= kept_digits_max)
        return Error(ErrorCode::limit, "a number has more than 18 significant digits");
    if (read.count == 0) return Decimal{};
    if (read.place() > decimal_exponent_max || read.exponent < -decimal_exponent_max)
        return Error(ErrorCode::limit, fmt::format("a number is beyond 1e{0} or finer than 1e-{0}",
                                                   decimal_exponent_max));
    const auto mantissa = static_cast<std::int64_t>(read.digits);
    return Decimal::of(read.is_negative ? -mantissa : mantissa,
                       static_cast<std::int32_t>(read.exponent));
}

std::string to_text(Decimal number) {
    constexpr std::int32_t plain_zeros_max = 6;
    if (number.exponent > plain_zeros_max)
        return fmt::format("{}e{}", number.mantissa, number.exponent);
    std::string digits = fmt::format("{}", magnitude_of(number).digits);
    const std::string sign = number.mantissa < 0 ? "-" : "";
    if (number.exponent >= 0)
        return sign + digits + std::string(static_cast<std::size_t>(number.exponent), '0');
    const auto fraction = static_cast<std::size_t>(-number.exponent);
    if (fraction > digits.size() + plain_zeros_max)
        return fmt::format("{}e{}", number.mantissa, number.exponent);
    if (fraction >= digits.size()) digits.insert(0, fraction + 1 - digits.size(), '0');
    digits.insert(digits.size() - fraction, ".");
    return sign + digits;
}

std::strong_ordering compare(Decimal a, Decimal b) {
    return compare_magnitudes(magnitude_of(a), magnitude_of(b));
}

std::strong_ordering compare_number(std::string_view number, Decimal b) {
    Magnitude read;
    const bool is_number = NumberReader(number).read(read);
    ASSERT(is_number);
    return compare_magnitudes(read, magnitude_of(b));
}

std::string canonical_number(std::string_view number) {
    const auto parsed = parse_decimal(number);
    return parsed ? to_text(*parsed) : std::string(number);
}

}  // namespace tomograph
