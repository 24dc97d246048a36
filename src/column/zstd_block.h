#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tomograph::column {

/// One zstd frame of the bytes.
/// cost  about 2.5 us per KiB at level 1; the context is kept per thread.
std::string zstd_compress(std::string_view bytes, int level = 1);

/// The bytes of one zstd frame, whose size the caller knows from elsewhere and has bounded.
///
/// errors  corrupt  not a whole frame of exactly `raw_bytes`
/// memory  never more than raw_bytes and the thread's context, whatever the frame claims
Result<std::string> zstd_decompress(std::string_view frame, std::size_t raw_bytes);

/// The same into memory of the caller's, which the frame has to fill exactly.
Result<void> zstd_decompress_into(std::string_view frame, std::span<char> out);

/// Whether bytes look like noise, which zstd cannot shrink by an eighth: many different byte
/// values, evenly used, seldom repeated at once. Looks at 2 KiB of them; says no when unsure.
/// cost  about 2 us
bool looks_random(std::string_view bytes);

/// Whether a compressed form saves enough (an eighth) to be worth decompressing at every read.
constexpr bool compression_pays(std::size_t compressed, std::size_t raw) {
    return compressed <= raw - raw / 8;
}

}  // namespace tomograph::column
