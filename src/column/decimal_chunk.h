#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "column/bitmap.h"
#include "column/encode_options.h"
#include "column/int_chunk.h"

namespace tomograph::column {

struct Chunk;

/// mantissa / 10^scale, exactly; trailing zeros belong to it: 1.50 is {150, 2}. As a number it
/// equals 1.5, as a value of a document it does not.
struct Decimal {
    std::int64_t mantissa = 0;
    std::uint8_t scale = 0;  // at most decimal_scale_max

    bool operator==(const Decimal&) const = default;
};

/// Compares as numbers, exactly. returns  < 0, 0 or > 0
int compare(Decimal a, Decimal b);

/// One end of a range.
struct DecimalBound {
    Decimal value;
    bool is_inclusive = true;
};

/// The numbers between two ends; an absent end is open.
struct DecimalRange {
    std::optional<DecimalBound> low;
    std::optional<DecimalBound> high;

    bool contains(Decimal value) const;
};

/// Appends the values as one chunk: mantissas over one common scale as integers, and how each value
/// was written. cost  that of encode_ints, and a multiplication each
void encode_decimals(std::span<const Decimal> values, std::string& out, EncodeOptions options = {});

/// Decimals of one chunk, ready for questions. Owns its bytes.
class DecimalChunk {
 public:
    /// bytes  all of one chunk. errors: corrupt, unknown encodings included
    static Result<DecimalChunk> open(std::string_view bytes, std::size_t rows);

    std::size_t rows() const { return mantissas_.rows(); }
    /// Memory of the rows.
    std::size_t bytes() const { return mantissas_.bytes() + scales_.size(); }
    Decimal value(std::size_t row) const;
    /// out  as many as rows
    void values(std::span<Decimal> out) const;
    /// Sets the rows whose number lies in the range, leaves the others. cost  that of integers,
    /// unless the chunk's values have no common scale
    void match(const DecimalRange& range, Bitmap& out) const;

 private:
    enum class Scales : std::uint8_t { same = 0, shortest = 1, listed = 2, pairs = 3 };

    static Result<DecimalChunk> read(const Chunk& chunk);
    Decimal restore(std::int64_t mantissa, std::uint8_t listed) const;
    bool scales_fit() const;

    IntChunk mantissas_;
    std::uint8_t scale_ = 0;  // of all mantissas, but for pairs
    Scales how_ = Scales::same;
    std::vector<std::uint8_t> scales_;  // of each row, when listed or pairs
};

}  // namespace tomograph::column
