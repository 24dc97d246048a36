#pragma once

#include <cstdint>
#include <string_view>

namespace tomograph {

/// CRC-32C (Castagnoli) of the bytes; `crc32c(b, crc32c(a))` is the checksum of a followed by b.
/// Uses the processor's instruction where there is one; the scalar twin gives the same answer.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t previous = 0);

/// The table-driven twin, for processors without the instruction and for tests.
std::uint32_t crc32c_scalar(std::string_view bytes, std::uint32_t previous = 0);

}  // namespace tomograph
