#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "column/bitmap.h"
#include "column/encode_options.h"

namespace tomograph::column {

/// Codes 0 to 3 (absent, null, false, true; or flags) at two bits a row; none when all are equal.
void encode_codes(std::span<const std::uint8_t> codes, std::string& out,
                  EncodeOptions options = {});

/// Codes of one chunk, ready for questions. Owns its bytes.
class CodeChunk {
 public:
    /// bytes  all of one chunk. errors: corrupt, unknown encodings included
    static Result<CodeChunk> open(std::string_view bytes, std::size_t rows);

    std::size_t rows() const { return rows_; }
    /// Memory of the rows.
    std::size_t bytes() const { return packed_.size(); }
    std::uint8_t value(std::size_t row) const;
    void values(std::span<std::uint8_t> out) const;
    /// Sets the rows whose code c has bit c of `wanted`; leaves the others. cost  32 rows at once
    void match(unsigned wanted, Bitmap& out) const;

 private:
    std::size_t rows_ = 0;
    std::uint8_t constant_ = 0;
    std::string packed_;  // empty when constant; padded to whole words of 32 codes
};

}  // namespace tomograph::column
