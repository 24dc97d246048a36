#include "column/kernels.h"

#include <doctest/doctest.h>

#include <limits>
#include <random>
#include <string>
#include <vector>

namespace tomograph::column {
namespace {

constexpr std::size_t sizes[] = {0, 1, 31, 63, 64, 65, 127, 128, 1000, 4096};

using Words = std::vector<std::uint64_t>;

template <class Value, class Range>
void check_range(Range kernel, Range twin, std::mt19937_64& random) {
    using Limits = std::numeric_limits<Value>;
    for (const std::size_t size : sizes) {
        std::vector<Value> values(size);
        const unsigned shift = static_cast<unsigned>(random() % (8 * sizeof(Value)));
        for (Value& value : values)
            value = random() % 16 == 0 ? (random() % 2 ? Limits::min() : Limits::max())
                                       : static_cast<Value>(static_cast<Value>(random()) >> shift);
        const auto pick = [&] {
            return size == 0 || random() % 4 == 0 ? static_cast<Value>(random())
                                                  : values[random() % size];
        };
        for (int round = 0; round < 20; ++round) {
            Value min = round == 0 ? Limits::min() : pick();
            Value max = round == 0 ? Limits::max() : pick();
            if (max < min) std::swap(min, max);
            Words naive((size + 63) / 64);
            if (!naive.empty()) naive[0] = 1;  // other bits stay
            Words fast = naive;
            Words slow = naive;
            for (std::size_t i = 0; i < size; ++i)
                naive[i / 64] |= std::uint64_t{values[i] >= min && values[i] <= max} << i % 64;
            kernel(values.data(), size, min, max, fast.data());
            twin(values.data(), size, min, max, slow.data());
            CHECK(slow == naive);
            CHECK(fast == naive);
        }
    }
}

template <class Code, class Set>
void check_set(Set kernel, Set twin, std::mt19937_64& random) {
    constexpr std::size_t codes_max = std::numeric_limits<Code>::max() + std::size_t{1};
    for (const std::size_t size : sizes) {
        std::vector<Code> codes(size);
        for (Code& code : codes) code = static_cast<Code>(random());
        for (int round = 0; round < 4; ++round) {
            Words wanted(codes_max / 64);
            for (std::uint64_t& word : wanted)
                word = round == 0 ? 0 : round == 1 ? ~std::uint64_t{0} : random() & random();
            Words naive((size + 63) / 64);
            Words fast = naive;
            Words slow = naive;
            for (std::size_t i = 0; i < size; ++i)
                naive[i / 64] |= (wanted[codes[i] / 64] >> codes[i] % 64 & 1) << i % 64;
            kernel(codes.data(), size, wanted.data(), fast.data());
            twin(codes.data(), size, wanted.data(), slow.data());
            CHECK(slow == naive);
            CHECK(fast == naive);
        }
    }
}

TEST_CASE("each kernel equals its scalar twin and the naive loop") {
    std::mt19937_64 random(7);
    const Kernels& fast = kernels();
    const Kernels& slow = scalar_kernels();
    check_range<std::uint8_t>(fast.range_8, slow.range_8, random);
    check_range<std::uint16_t>(fast.range_16, slow.range_16, random);
    check_range<std::uint32_t>(fast.range_32, slow.range_32, random);
    check_range<std::int64_t>(fast.range_64, slow.range_64, random);
    check_set<std::uint8_t>(fast.set_8, slow.set_8, random);
    check_set<std::uint16_t>(fast.set_16, slow.set_16, random);
}

TEST_CASE("hexadecimal is unpacked alike by both kernels") {
    std::mt19937_64 random(8);
    for (std::size_t size = 0; size < 100; ++size) {
        std::vector<std::uint8_t> packed(size);
        std::string naive;
        for (std::uint8_t& byte : packed) {
            byte = static_cast<std::uint8_t>(random());
            naive += "0123456789abcdef"[byte / 16];
            naive += "0123456789abcdef"[byte % 16];
        }
        std::string fast(2 * size, '?');
        std::string slow(2 * size, '?');
        kernels().unpack_hex(packed.data(), size, fast.data());
        scalar_kernels().unpack_hex(packed.data(), size, slow.data());
        CHECK(fast == naive);
        CHECK(slow == naive);
    }
}

}  // namespace
}  // namespace tomograph::column
