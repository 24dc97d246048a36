#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tomograph::column {

/// Texts of one column. The views live as long as the object; moving it keeps them valid.
class Texts {
 public:
    Texts() = default;
    Texts(Texts&&) = default;
    Texts& operator=(Texts&&) = default;

    std::string_view operator[](std::size_t row) const { return values_[row]; }
    std::size_t size() const { return values_.size(); }

 private:
    friend Result<Texts> decode_texts(std::string_view bytes, std::size_t rows);
    std::vector<char> bytes_;  // a vector, not a string: a move never relocates its elements
    std::vector<std::string_view> values_;
};

/// Appends the values as one chunk: constant, dictionary of 8 or 16 bits, or raw, whichever is the
/// smallest. At most block_rows_max values, and chunk_body_bytes_max less 5 bytes a row in all.
/// cost  about 50 ns a value, and zstd at about 400 MB/s
void encode_texts(std::span<const std::string_view> values, std::string& out);

/// The values of a chunk that takes up all of `bytes`. errors: corrupt, unknown encodings included.
Result<Texts> decode_texts(std::string_view bytes, std::size_t rows);

}  // namespace tomograph::column
