#include "api/request_id.h"

#include <cstdint>
#include <random>

namespace tomograph {

std::string make_request_id() {
    thread_local std::mt19937_64 random = [] {
        std::random_device device;
        std::seed_seq seed{device(), device(), device(), device()};
        return std::mt19937_64(seed);
    }();
    constexpr std::uint64_t version_mask = 0xf000;
    constexpr std::uint64_t variant_mask = 0xc000'0000'0000'0000;
    const std::uint64_t high = (random() & ~version_mask) | 0x4000;
    const std::uint64_t low = (random() & ~variant_mask) | 0x8000'0000'0000'0000;

    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    text.reserve(36);
    for (int nibble = 0; nibble < 32; ++nibble) {
        if (nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20) text.push_back('-');
        const std::uint64_t half = nibble < 16 ? high : low;
        text.push_back(digits[(half >> (60 - 4 * (nibble % 16))) & 0xf]);
    }
    return text;
}

}  // namespace tomograph
