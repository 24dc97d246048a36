#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tomograph::column {

/// One zstd frame (level 1) of the bytes.
/// cost  about 2.5 us per KiB; the context is kept per thread.
std::string zstd_compress(std::string_view bytes);

/// The bytes of one zstd frame, whose size the caller knows from elsewhere and has bounded.
///
/// errors  corrupt  not a whole frame of exactly `raw_bytes`
/// memory  never more than raw_bytes and the thread's context, whatever the frame claims
Result<std::string> zstd_decompress(std::string_view frame, std::size_t raw_bytes);

}  // namespace tomograph::column
