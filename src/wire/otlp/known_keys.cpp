#include "wire/otlp/known_keys.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <type_traits>

namespace tomograph {
namespace {

constexpr std::size_t word_bytes = sizeof(std::uint64_t);

/// Eight bytes or fewer, as the machine has them.
constexpr std::uint64_t word_of(const char* bytes, std::size_t size) {
    std::uint64_t word = 0;
    if (std::is_constant_evaluated()) {
        for (std::size_t i = 0; i < size; ++i)
            word |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
        return word;
    }
    std::memcpy(&word, bytes, size);
    return word;
}

/// Open addressing: so few of so many that nearly every search ends where it begins.
class KeyTable {
 public:
    constexpr KeyTable() {
        slots_.fill(unknown_key);
        for (std::uint8_t index = 0; index < unknown_key; ++index) {
            std::size_t at = begin(known_keys[index]);
            while (slots_[at] != unknown_key) at = next(at);
            slots_[at] = index;
        }
    }

    std::uint8_t find(std::string_view key) const {
        for (std::size_t at = begin(key); slots_[at] != unknown_key; at = next(at))
            if (known_keys[slots_[at]] == key) return slots_[at];
        return unknown_key;
    }

 private:
    static constexpr unsigned slot_bits = 10;
    /// Of its length and both ends: these tell nearly all keys apart, and cost a third of a hash.
    static constexpr std::size_t begin(std::string_view key) {
        if (key.empty()) return 0;
        const std::size_t size = std::min(key.size(), word_bytes);
        const std::uint64_t first = word_of(key.data(), size) * 0x9e3779b97f4a7c15ULL;
        const std::uint64_t last =
            (word_of(key.data() + key.size() - size, size) + key.size()) * 0xbf58476d1ce4e5b9ULL;
        return (first ^ last) >> (64 - slot_bits);
    }
    static constexpr std::size_t next(std::size_t at) { return (at + 1) % (1U << slot_bits); }

    std::array<std::uint8_t, 1U << slot_bits> slots_{};
};

static_assert(std::endian::native == std::endian::little);
constexpr KeyTable table;

}  // namespace

std::uint8_t find_known_key(std::string_view key) { return table.find(key); }

}  // namespace tomograph
