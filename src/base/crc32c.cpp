#include "base/crc32c.h"

#include <array>
#include <cstring>

#if defined(__SSE4_2__)
#include <nmmintrin.h>
#elif defined(__ARM_FEATURE_CRC32)
#include <arm_acle.h>
#endif

namespace tomograph {
namespace {

constexpr std::array<std::uint32_t, 256> make_table() {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t value = i;
        for (int bit = 0; bit < 8; ++bit)
            value = (value & 1) != 0 ? (value >> 1) ^ 0x82f63b78U : value >> 1;
        table[i] = value;
    }
    return table;
}

constexpr auto table = make_table();

}  // namespace

std::uint32_t crc32c_scalar(std::string_view bytes, std::uint32_t previous) {
    std::uint32_t crc = ~previous;
    for (const char c : bytes)
        crc = (crc >> 8) ^ table[(crc ^ static_cast<std::uint8_t>(c)) & 0xff];
    return ~crc;
}

#if defined(__SSE4_2__) || defined(__ARM_FEATURE_CRC32)

std::uint32_t crc32c(std::string_view bytes, std::uint32_t previous) {
    std::uint64_t crc = ~previous;
    const char* at = bytes.data();
    std::size_t left = bytes.size();
    for (; left >= 8; left -= 8, at += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, at, 8);
#if defined(__SSE4_2__)
        crc = _mm_crc32_u64(crc, word);
#else
        crc = __crc32cd(static_cast<std::uint32_t>(crc), word);
#endif
    }
    return crc32c_scalar({at, left}, ~static_cast<std::uint32_t>(crc));
}

#else

std::uint32_t crc32c(std::string_view bytes, std::uint32_t previous) {
    return crc32c_scalar(bytes, previous);
}

#endif

}  // namespace tomograph
