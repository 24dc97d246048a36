#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "column/bitmap.h"
#include "column/encode_options.h"

namespace tomograph::column {

/// Appends the values as one chunk, in the encoding that a sample of them says is the smallest:
/// constant, dictionary, frame of reference, byte planes of the values or of their differences, the
/// same of their multiples of a common divisor, or raw. Unsigned values pass as the same 64 bits.
/// At most block_rows_max values. cost  10 to 20 ns a value
void encode_ints(std::span<const std::int64_t> values, std::string& out,
                 EncodeOptions options = {});

/// The values of a chunk that takes up all of `bytes`. errors: corrupt, unknown encodings included.
Result<std::vector<std::int64_t>> decode_ints(std::string_view bytes, std::size_t rows);

/// Integers of one chunk, ready for questions: narrow codes over a base where the encoding has
/// them, so that a range is decided on codes. Owns its bytes (1 to 8 a row).
class IntChunk {
 public:
    /// bytes  all of one chunk. errors: corrupt, unknown encodings included
    static Result<IntChunk> open(std::string_view bytes, std::size_t rows);

    std::size_t rows() const { return rows_; }
    /// Memory of the rows.
    std::size_t bytes() const {
        return codes8_.size() + 2 * codes16_.size() + 4 * codes32_.size() +
               8 * (values_.size() + entries_.size());
    }
    std::int64_t value(std::size_t row) const;
    /// out  as many as rows
    void values(std::span<std::int64_t> out) const;
    /// The least and the greatest value; both 0 without rows. cost  one pass, under 1 ns a row
    std::int64_t min() const;
    std::int64_t max() const;
    /// Sets the rows whose value lies in [min, max], leaves the others.
    void match(std::int64_t min, std::int64_t max, Bitmap& out) const;

 private:
    friend class IntChunkReader;
    template <class Visit>
    auto with_quotients(Visit visit) const;
    template <class Visit>
    auto with_values(Visit visit) const;
    void match_quotients(std::int64_t min, std::int64_t max, Bitmap& out) const;

    // A value is origin_ + divisor_ * what the row holds: 0 and 1 but for multiples.
    std::int64_t origin_ = 0;
    std::uint64_t divisor_ = 1;
    // One of these holds the rows; none when constant (all equal to base_).
    std::size_t rows_ = 0;
    std::int64_t base_ = 0;
    std::vector<std::uint8_t> codes8_;  // over base_, or into entries_ when that is not empty
    std::vector<std::uint16_t> codes16_;
    std::vector<std::uint32_t> codes32_;
    std::vector<std::int64_t> values_;
    std::vector<std::int64_t> entries_;  // 256, so that any code is inside
};

}  // namespace tomograph::column
