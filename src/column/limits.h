#pragma once

#include <cstddef>

namespace tomograph::column {

/// Rows of a block: what a 16-bit dictionary code and an early answer to a damaged count allow.
constexpr std::size_t block_rows_max = 65'536;
/// Columns of a block: the cap on attribute paths of a part.
constexpr std::size_t block_columns_max = 1'024;
/// Uncompressed body of a chunk: bounds what a few damaged bytes can make a reader allocate.
constexpr std::size_t chunk_body_bytes_max = 16 << 20;
/// Bodies below this are not worth zstd's frame header and time.
constexpr std::size_t compress_bytes_min = 64;

/// A filter of one row group: about 700,000 distinct values at 12 bits; beyond that it answers
/// "perhaps" more often.
constexpr std::size_t value_filter_bytes_max = 1 << 20;
/// Digits after the point of a stored decimal: the largest power of ten in 64 bits.
constexpr int decimal_scale_max = 18;

/// Patterns of a template chunk, each with columns of its own.
constexpr std::size_t template_patterns_max = 64;
/// Patterns of a chunk of pooled templates: a byte says which. Beyond this the texts are words.
constexpr std::size_t pooled_patterns_max = 256;

}  // namespace tomograph::column
