#pragma once

#include <cstddef>
#include <cstdint>

namespace tomograph::column {

/// The inner loops, in one form for every processor and one for AVX2; both give the same answers.
///
/// `bits` has a bit per row (Bitmap::words); matches are or-ed in, other bits stay. A range
/// includes both ends; min <= max.
struct Kernels {
    const char* name;
    void (*range_8)(const std::uint8_t* codes, std::size_t rows, std::uint8_t min, std::uint8_t max,
                    std::uint64_t* bits);
    void (*range_16)(const std::uint16_t* codes, std::size_t rows, std::uint16_t min,
                     std::uint16_t max, std::uint64_t* bits);
    void (*range_32)(const std::uint32_t* codes, std::size_t rows, std::uint32_t min,
                     std::uint32_t max, std::uint64_t* bits);
    void (*range_64)(const std::int64_t* values, std::size_t rows, std::int64_t min,
                     std::int64_t max, std::uint64_t* bits);
    /// wanted  256 bits: code c is bit c % 64 of word c / 64
    void (*set_8)(const std::uint8_t* codes, std::size_t rows, const std::uint64_t* wanted,
                  std::uint64_t* bits);
    /// wanted  65,536 bits, or as many as the largest code needs
    void (*set_16)(const std::uint16_t* codes, std::size_t rows, const std::uint64_t* wanted,
                   std::uint64_t* bits);
    /// Two lower-case digits for each byte, the high nibble first.
    void (*unpack_hex)(const std::uint8_t* packed, std::size_t bytes, char* digits);
};

/// The best for this processor, chosen at the first call.
const Kernels& kernels();

/// The twins, for the test that they agree. avx2_kernels() is null where they cannot run.
const Kernels& scalar_kernels();
const Kernels* avx2_kernels();

}  // namespace tomograph::column
