#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tomograph::column {

/// Appends the values as one chunk: constant, frame of reference of 1, 2 or 4 bytes, or raw,
/// whichever is the smallest that holds them. Unsigned values pass as the same 64 bits. At most
/// block_rows_max values. cost  a few ns a value, and zstd at about 400 MB/s
void encode_ints(std::span<const std::int64_t> values, std::string& out);

/// The values of a chunk that takes up all of `bytes`. errors: corrupt, unknown encodings included.
Result<std::vector<std::int64_t>> decode_ints(std::string_view bytes, std::size_t rows);

}  // namespace tomograph::column
