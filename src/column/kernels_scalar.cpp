#include <algorithm>

#include "column/kernels.h"

namespace tomograph::column {
namespace {

template <class Test>
void for_words(std::size_t rows, std::uint64_t* bits, Test test) {
    for (std::size_t row = 0; row < rows; row += 64) {
        const std::size_t size = std::min<std::size_t>(64, rows - row);
        std::uint64_t word = 0;
        for (std::size_t i = 0; i < size; ++i) word |= std::uint64_t{test(row + i)} << i;
        bits[row / 64] |= word;
    }
}

// One comparison of the distance from min decides both ends.
template <class Code>
void range(const Code* codes, std::size_t rows, Code min, Code max, std::uint64_t* bits) {
    const auto width = static_cast<Code>(max - min);
    for_words(rows, bits,
              [=](std::size_t row) { return static_cast<Code>(codes[row] - min) <= width; });
}

void range_64(const std::int64_t* values, std::size_t rows, std::int64_t min, std::int64_t max,
              std::uint64_t* bits) {
    for_words(rows, bits,
              [=](std::size_t row) { return values[row] >= min && values[row] <= max; });
}

template <class Code>
void set(const Code* codes, std::size_t rows, const std::uint64_t* wanted, std::uint64_t* bits) {
    for_words(rows, bits, [=](std::size_t row) {
        const Code code = codes[row];
        return (wanted[code / 64] >> code % 64 & 1) != 0;
    });
}

void unpack_hex(const std::uint8_t* packed, std::size_t bytes, char* digits) {
    constexpr char digit[] = "0123456789abcdef";
    for (std::size_t i = 0; i < bytes; ++i) {
        digits[2 * i] = digit[packed[i] >> 4];
        digits[2 * i + 1] = digit[packed[i] & 15];
    }
}

}  // namespace

const Kernels& scalar_kernels() {
    static constexpr Kernels table{
        "scalar", range<std::uint8_t>, range<std::uint16_t>, range<std::uint32_t>,
        range_64, set<std::uint8_t>,   set<std::uint16_t>,   unpack_hex};
    return table;
}

}  // namespace tomograph::column
