#include "column/kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define TOMOGRAPH_AVX2 __attribute__((target("avx2")))

namespace tomograph::column {
namespace {

// Every kernel does whole words of 64 rows and leaves the rest to its scalar twin.
std::size_t whole(std::size_t rows) { return rows & ~std::size_t{63}; }

TOMOGRAPH_AVX2 __m256i load(const void* place) {
    return _mm256_loadu_si256(static_cast<const __m256i*>(place));
}

TOMOGRAPH_AVX2 std::uint64_t mask_8(__m256i bytes) {
    return static_cast<std::uint32_t>(_mm256_movemask_epi8(bytes));
}

// min_epu gives back x exactly when x <= width: AVX2 has no unsigned comparison.
TOMOGRAPH_AVX2 void range_8(const std::uint8_t* codes, std::size_t rows, std::uint8_t min,
                            std::uint8_t max, std::uint64_t* bits) {
    const __m256i low = _mm256_set1_epi8(static_cast<char>(min));
    const __m256i width = _mm256_set1_epi8(static_cast<char>(max - min));
    const std::size_t end = whole(rows);
    for (std::size_t row = 0; row < end; row += 64) {
        const __m256i first = _mm256_sub_epi8(load(codes + row), low);
        const __m256i second = _mm256_sub_epi8(load(codes + row + 32), low);
        bits[row / 64] |= mask_8(_mm256_cmpeq_epi8(_mm256_min_epu8(first, width), first)) |
                          mask_8(_mm256_cmpeq_epi8(_mm256_min_epu8(second, width), second)) << 32;
    }
    scalar_kernels().range_8(codes + end, rows - end, min, max, bits + end / 64);
}

TOMOGRAPH_AVX2 __m256i within_16(const std::uint16_t* codes, __m256i low, __m256i width) {
    const __m256i distance = _mm256_sub_epi16(load(codes), low);
    return _mm256_cmpeq_epi16(_mm256_min_epu16(distance, width), distance);
}

// packs works per 128-bit lane; the permutation puts the four quarters back in order.
TOMOGRAPH_AVX2 std::uint64_t mask_16(__m256i first, __m256i second) {
    return mask_8(_mm256_permute4x64_epi64(_mm256_packs_epi16(first, second), 0b11011000));
}

TOMOGRAPH_AVX2 void range_16(const std::uint16_t* codes, std::size_t rows, std::uint16_t min,
                             std::uint16_t max, std::uint64_t* bits) {
    const __m256i low = _mm256_set1_epi16(static_cast<short>(min));
    const __m256i width = _mm256_set1_epi16(static_cast<short>(max - min));
    const std::size_t end = whole(rows);
    for (std::size_t row = 0; row < end; row += 64) {
        const std::uint16_t* place = codes + row;
        bits[row / 64] |=
            mask_16(within_16(place, low, width), within_16(place + 16, low, width)) |
            mask_16(within_16(place + 32, low, width), within_16(place + 48, low, width)) << 32;
    }
    scalar_kernels().range_16(codes + end, rows - end, min, max, bits + end / 64);
}

TOMOGRAPH_AVX2 void range_32(const std::uint32_t* codes, std::size_t rows, std::uint32_t min,
                             std::uint32_t max, std::uint64_t* bits) {
    const __m256i low = _mm256_set1_epi32(static_cast<int>(min));
    const __m256i width = _mm256_set1_epi32(static_cast<int>(max - min));
    const std::size_t end = whole(rows);
    for (std::size_t row = 0; row < end; row += 64) {
        std::uint64_t word = 0;
        for (std::size_t i = 0; i < 64; i += 8) {
            const __m256i distance = _mm256_sub_epi32(load(codes + row + i), low);
            const __m256i within = _mm256_cmpeq_epi32(_mm256_min_epu32(distance, width), distance);
            word |= std::uint64_t{static_cast<std::uint8_t>(
                        _mm256_movemask_ps(_mm256_castsi256_ps(within)))}
                    << i;
        }
        bits[row / 64] |= word;
    }
    scalar_kernels().range_32(codes + end, rows - end, min, max, bits + end / 64);
}

TOMOGRAPH_AVX2 void range_64(const std::int64_t* values, std::size_t rows, std::int64_t min,
                             std::int64_t max, std::uint64_t* bits) {
    const __m256i low = _mm256_set1_epi64x(min);
    const __m256i high = _mm256_set1_epi64x(max);
    const std::size_t end = whole(rows);
    for (std::size_t row = 0; row < end; row += 64) {
        std::uint64_t outside = 0;
        for (std::size_t i = 0; i < 64; i += 4) {
            const __m256i value = load(values + row + i);
            const __m256i misses =
                _mm256_or_si256(_mm256_cmpgt_epi64(low, value), _mm256_cmpgt_epi64(value, high));
            outside |= std::uint64_t{static_cast<std::uint8_t>(
                           _mm256_movemask_pd(_mm256_castsi256_pd(misses)))}
                       << i;
        }
        bits[row / 64] |= ~outside;
    }
    scalar_kernels().range_64(values + end, rows - end, min, max, bits + end / 64);
}

// The set as 16 columns (low nibble) of 16 bits (high nibble): two byte tables, one per half of the
// high nibbles, looked up by the low nibble and tested at the bit of the high one.
struct NibbleTables {
    alignas(16) std::uint8_t lower[16];
    alignas(16) std::uint8_t upper[16];
};

NibbleTables nibble_tables(const std::uint64_t* wanted) {
    NibbleTables tables{};
    for (unsigned code = 0; code < 256; ++code) {
        if ((wanted[code / 64] >> code % 64 & 1) == 0) continue;
        std::uint8_t* half = code < 128 ? tables.lower : tables.upper;
        half[code & 15] = static_cast<std::uint8_t>(half[code & 15] | 1u << (code >> 4 & 7));
    }
    return tables;
}

TOMOGRAPH_AVX2 __m256i twice(const std::uint8_t* table) {
    return _mm256_broadcastsi128_si256(_mm_load_si128(reinterpret_cast<const __m128i*>(table)));
}

TOMOGRAPH_AVX2 void set_8(const std::uint8_t* codes, std::size_t rows, const std::uint64_t* wanted,
                          std::uint64_t* bits) {
    const NibbleTables tables = nibble_tables(wanted);
    alignas(16) constexpr std::uint8_t powers[16] = {1, 2, 4, 8, 16, 32, 64, 128,
                                                     1, 2, 4, 8, 16, 32, 64, 128};
    const __m256i lower = twice(tables.lower);
    const __m256i upper = twice(tables.upper);
    const __m256i power = twice(powers);
    const __m256i nibble = _mm256_set1_epi8(15);
    const std::size_t end = whole(rows);
    for (std::size_t row = 0; row < end; row += 64) {
        for (unsigned half = 0; half < 2; ++half) {
            const __m256i code = load(codes + row + 32 * half);
            const __m256i low = _mm256_and_si256(code, nibble);
            const __m256i high = _mm256_and_si256(_mm256_srli_epi16(code, 4), nibble);
            // blendv looks at the top bit of each byte, which is that of the code.
            const __m256i column = _mm256_blendv_epi8(_mm256_shuffle_epi8(lower, low),
                                                      _mm256_shuffle_epi8(upper, low), code);
            const __m256i hit = _mm256_and_si256(column, _mm256_shuffle_epi8(power, high));
            const std::uint64_t misses = mask_8(_mm256_cmpeq_epi8(hit, _mm256_setzero_si256()));
            bits[row / 64] |= (~misses & 0xffffffff) << 32 * half;
        }
    }
    scalar_kernels().set_8(codes + end, rows - end, wanted, bits + end / 64);
}

TOMOGRAPH_AVX2 void unpack_hex(const std::uint8_t* packed, std::size_t bytes, char* digits) {
    alignas(16) constexpr std::uint8_t digit[16] = {'0', '1', '2', '3', '4', '5', '6', '7',
                                                    '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};
    const __m256i table = twice(digit);
    const __m256i nibble = _mm256_set1_epi16(15);
    const std::size_t end = bytes & ~std::size_t{15};
    for (std::size_t i = 0; i < end; i += 16) {
        const __m256i wide =
            _mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(packed + i)));
        const __m256i high = _mm256_srli_epi16(wide, 4);
        const __m256i low = _mm256_slli_epi16(_mm256_and_si256(wide, nibble), 8);
        const __m256i text = _mm256_shuffle_epi8(table, _mm256_or_si256(high, low));
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(digits + 2 * i), text);
    }
    scalar_kernels().unpack_hex(packed + end, bytes - end, digits + 2 * end);
}

}  // namespace

const Kernels* avx2_kernels() {
    // A set of 65,536 bits fits no register, so 16-bit sets stay with the scalar loop.
    static const Kernels table{
        "avx2", range_8, range_16, range_32, range_64, set_8, scalar_kernels().set_16, unpack_hex};
    return __builtin_cpu_supports("avx2") ? &table : nullptr;
}

}  // namespace tomograph::column

#else

namespace tomograph::column {

const Kernels* avx2_kernels() { return nullptr; }

}  // namespace tomograph::column

#endif
