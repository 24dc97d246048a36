#include "column/decimal_chunk.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "base/bytes.h"
#include "column/chunk.h"
#include "column/limits.h"

namespace tomograph::column {
namespace {

// 19 digits times 10^18 stay below 2^127.
__extension__ using Wide = __int128;

constexpr std::int64_t int_min = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t int_max = std::numeric_limits<std::int64_t>::max();

constexpr auto powers = [] {
    std::array<std::int64_t, decimal_scale_max + 1> table{};
    std::int64_t power = 1;
    for (std::int64_t& entry : table) {
        entry = power;
        if (power <= int_max / 10) power *= 10;
    }
    return table;
}();

std::int64_t power_of_ten(int exponent) { return powers[static_cast<std::size_t>(exponent)]; }

bool is_shortest(Decimal value) { return value.scale == 0 || value.mantissa % 10 != 0; }

Decimal shortest(Decimal value) {
    while (!is_shortest(value)) {
        value.mantissa /= 10;
        --value.scale;
    }
    return value;
}

/// The least (or, rounded down, the greatest) number of `scale` digits at or above (below) a bound.
struct Rounded {
    Wide mantissa;
    bool is_exact;
};

Rounded round_down(Decimal value, int scale) {
    if (value.scale <= scale)
        return {Wide{value.mantissa} * power_of_ten(scale - value.scale), true};
    const std::int64_t divisor = power_of_ten(value.scale - scale);
    const std::int64_t quotient = value.mantissa / divisor;
    const std::int64_t rest = value.mantissa % divisor;
    return {Wide{quotient} - (rest < 0 ? 1 : 0), rest == 0};
}

}  // namespace

int compare(Decimal a, Decimal b) {
    const int scale = std::max(a.scale, b.scale);
    const Wide left = round_down(a, scale).mantissa;
    const Wide right = round_down(b, scale).mantissa;
    return left < right ? -1 : left > right ? 1 : 0;
}

bool DecimalRange::contains(Decimal value) const {
    if (low) {
        const int order = compare(value, low->value);
        if (order < 0 || (order == 0 && !low->is_inclusive)) return false;
    }
    if (high) {
        const int order = compare(value, high->value);
        if (order > 0 || (order == 0 && !high->is_inclusive)) return false;
    }
    return true;
}

void encode_decimals(std::span<const Decimal> values, std::string& out, EncodeOptions options) {
    ASSERT(values.size() <= block_rows_max);
    std::uint8_t scale = 0;
    bool are_same = true;
    bool are_shortest = true;
    for (const Decimal value : values) {
        ASSERT(value.scale <= decimal_scale_max);
        scale = std::max(scale, value.scale);
        are_same = are_same && value.scale == values.front().scale;
        are_shortest = are_shortest && is_shortest(value);
    }

    std::vector<std::int64_t> mantissas(values.size());
    bool fit = true;
    for (std::size_t row = 0; row < values.size(); ++row) {
        const std::int64_t power = power_of_ten(scale - values[row].scale);
        if (__builtin_mul_overflow(values[row].mantissa, power, &mantissas[row])) fit = false;
    }
    if (!fit)
        for (std::size_t row = 0; row < values.size(); ++row) mantissas[row] = values[row].mantissa;

    Chunk chunk;
    chunk.encoding = fit ? Encoding::decimals : Encoding::decimal_pairs;
    chunk.rows = values.size();
    ByteWriter writer(chunk.body);
    std::string nested;
    encode_ints(mantissas, nested, options);
    const bool are_listed = !fit || !(are_same || are_shortest);
    if (fit) {
        writer.fixed(scale);
        writer.fixed(static_cast<std::uint8_t>(are_same ? 0 : are_shortest ? 1 : 2));
    }
    writer.text(nested);
    if (are_listed) {
        for (std::size_t row = 0; row < values.size(); ++row) mantissas[row] = values[row].scale;
        nested.clear();
        encode_ints(mantissas, nested, options);
        writer.text(nested);
    }
    write_chunk_as_is(chunk, out);
}

Result<DecimalChunk> DecimalChunk::open(std::string_view bytes, std::size_t rows) {
    const auto chunk = read_chunk(bytes, rows);
    if (!chunk) return chunk.error();
    return read(*chunk);
}

Result<DecimalChunk> DecimalChunk::read(const Chunk& chunk) {
    const std::size_t rows = chunk.rows;
    ByteReader reader(chunk.body);
    DecimalChunk opened;
    if (chunk.encoding == Encoding::decimals) {
        opened.scale_ = reader.fixed<std::uint8_t>();
        const auto how = reader.fixed<std::uint8_t>();
        if (opened.scale_ > decimal_scale_max || how > static_cast<std::uint8_t>(Scales::listed))
            return Error(ErrorCode::corrupt,
                         fmt::format("decimals of scale {}, form {}", opened.scale_, how));
        opened.how_ = static_cast<Scales>(how);
    } else if (chunk.encoding == Encoding::decimal_pairs) {
        opened.how_ = Scales::pairs;
    } else {
        return unknown_encoding(chunk.encoding);
    }
    opened.mantissas_ = TRY_WITHIN("mantissas", IntChunk::open(reader.text(), rows));
    if (opened.how_ >= Scales::listed) {
        const auto scales = TRY_WITHIN("scales", decode_ints(reader.text(), rows));
        for (const std::int64_t scale : scales) {
            if (scale < 0 || scale > decimal_scale_max)
                return Error(ErrorCode::corrupt, fmt::format("decimal of scale {}", scale));
            opened.scales_.push_back(static_cast<std::uint8_t>(scale));
        }
    }
    if (reader.failed() || reader.remaining() != 0)
        return Error(ErrorCode::corrupt, "decimals do not fill their chunk");
    if (!opened.scales_fit())
        return Error(ErrorCode::corrupt, "decimal with more digits than its scale has");
    return opened;
}

// A listed scale says how many zeros end the mantissa; they must be there.
bool DecimalChunk::scales_fit() const {
    if (how_ != Scales::listed) return true;
    for (std::size_t row = 0; row < rows(); ++row) {
        if (scales_[row] > scale_) return false;
        if (mantissas_.value(row) % power_of_ten(scale_ - scales_[row]) != 0) return false;
    }
    return true;
}

Decimal DecimalChunk::restore(std::int64_t mantissa, std::uint8_t listed) const {
    switch (how_) {
        case Scales::same:
            return {mantissa, scale_};
        case Scales::shortest:
            return shortest({mantissa, scale_});
        case Scales::listed:
            return {mantissa / power_of_ten(scale_ - listed), listed};
        case Scales::pairs:
            break;
    }
    return {mantissa, listed};
}

Decimal DecimalChunk::value(std::size_t row) const {
    return restore(mantissas_.value(row), scales_.empty() ? std::uint8_t{0} : scales_[row]);
}

void DecimalChunk::values(std::span<Decimal> out) const {
    ASSERT(out.size() == rows());
    std::vector<std::int64_t> mantissas(rows());
    mantissas_.values(mantissas);
    for (std::size_t row = 0; row < out.size(); ++row)
        out[row] = restore(mantissas[row], scales_.empty() ? std::uint8_t{0} : scales_[row]);
}

void DecimalChunk::match(const DecimalRange& range, Bitmap& out) const {
    ASSERT(out.rows() == rows());
    if (how_ == Scales::pairs) {
        for (std::size_t row = 0; row < rows(); ++row)
            if (range.contains(value(row))) out.set(row);
        return;
    }
    Wide low = int_min;
    Wide high = int_max;
    if (range.low) {
        const Rounded floor = round_down(range.low->value, scale_);
        const bool is_above = !floor.is_exact || !range.low->is_inclusive;
        low = std::max(low, floor.mantissa + (is_above ? 1 : 0));
    }
    if (range.high) {
        const Rounded floor = round_down(range.high->value, scale_);
        const bool is_below = floor.is_exact && !range.high->is_inclusive;
        high = std::min(high, floor.mantissa - (is_below ? 1 : 0));
    }
    if (low > high) return;
    mantissas_.match(static_cast<std::int64_t>(low), static_cast<std::int64_t>(high), out);
}

}  // namespace tomograph::column
