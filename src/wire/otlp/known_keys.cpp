#include "wire/otlp/known_keys.h"

#include <algorithm>
#include <cstring>

#include "base/hash.h"

namespace tomograph {
namespace {

/// Open addressing: so few of so many that nearly every search ends where it begins.
class KeyTable {
 public:
    KeyTable() {
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
    static constexpr std::size_t slots = 1024;
    /// Of its length and both ends: these tell nearly all keys apart, and cost half of a hash.
    static std::size_t begin(std::string_view key) {
        if (key.empty()) return 0;
        std::uint64_t first = 0;
        std::uint64_t last = 0;
        const std::size_t size = std::min(key.size(), sizeof first);
        std::memcpy(&first, key.data(), size);
        std::memcpy(&last, key.data() + key.size() - size, size);
        return mix64(first + mix64(last + key.size())) % slots;
    }
    static std::size_t next(std::size_t at) { return (at + 1) % slots; }

    std::array<std::uint8_t, slots> slots_{};
};

}  // namespace

std::uint8_t find_known_key(std::string_view key) {
    static const KeyTable table;
    return table.find(key);
}

}  // namespace tomograph
