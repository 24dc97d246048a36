#include "column/value_filter.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "column/limits.h"

namespace tomograph::column {
namespace {

constexpr std::size_t block_bytes = 32;
constexpr std::size_t bits_per_entry = 12;

using Block = std::array<std::uint32_t, 8>;

// Odd constants; each picks one bit of its word from the low half of the hash (as in Parquet).
constexpr Block salts = {0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d,
                         0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31};

Block bits_of(std::uint64_t hash) {
    Block bits;
    for (std::size_t i = 0; i < bits.size(); ++i)
        bits[i] = std::uint32_t{1} << (static_cast<std::uint32_t>(hash) * salts[i] >> 27);
    return bits;
}

// The high half of the hash picks the block, without a division.
std::size_t block_of(std::uint64_t hash, std::size_t blocks) {
    return static_cast<std::size_t>((hash >> 32) * blocks >> 32);
}

void insert(std::string& filter, std::uint64_t hash) {
    char* place = filter.data() + block_of(hash, filter.size() / block_bytes) * block_bytes;
    Block block;
    std::memcpy(block.data(), place, block_bytes);
    const Block bits = bits_of(hash);
    for (std::size_t i = 0; i < block.size(); ++i) block[i] |= bits[i];
    std::memcpy(place, block.data(), block_bytes);
}

}  // namespace

void ValueFilterBuilder::add(std::uint64_t hash) {
    if (hash == 0) {
        has_zero_ = true;
        return;
    }
    if (2 * (entries_ + 1) > slots_.size()) grow();
    const std::size_t mask = slots_.size() - 1;
    std::size_t slot = hash & mask;
    while (slots_[slot] != 0 && slots_[slot] != hash) slot = (slot + 1) & mask;
    if (slots_[slot] == hash) return;
    slots_[slot] = hash;
    ++entries_;
}

void ValueFilterBuilder::grow() {
    std::vector<std::uint64_t> old(std::max<std::size_t>(64, 2 * slots_.size()));
    old.swap(slots_);
    const std::size_t mask = slots_.size() - 1;
    for (const std::uint64_t hash : old) {
        if (hash == 0) continue;
        std::size_t slot = hash & mask;
        while (slots_[slot] != 0) slot = (slot + 1) & mask;
        slots_[slot] = hash;
    }
}

void ValueFilterBuilder::add(const ValueFilterBuilder& other) {
    for (const std::uint64_t hash : other.slots_)
        if (hash != 0) add(hash);
    if (other.has_zero_) add(0);
}

std::string ValueFilterBuilder::finish() const {
    const std::size_t wanted = entries_ * bits_per_entry / (8 * block_bytes) + 1;
    const std::size_t blocks = std::min(wanted, value_filter_bytes_max / block_bytes);
    std::string filter(blocks * block_bytes, '\0');
    for (const std::uint64_t hash : slots_)
        if (hash != 0) insert(filter, hash);
    if (has_zero_) insert(filter, 0);
    return filter;
}

bool may_contain(std::string_view filter, std::uint64_t hash) {
    if (filter.empty() || filter.size() % block_bytes != 0 ||
        filter.size() > value_filter_bytes_max)
        return true;
    const std::size_t place = block_of(hash, filter.size() / block_bytes) * block_bytes;
    Block block;
    std::memcpy(block.data(), filter.data() + place, block_bytes);
    const Block bits = bits_of(hash);
    for (std::size_t i = 0; i < block.size(); ++i)
        if ((block[i] & bits[i]) == 0) return false;
    return true;
}

}  // namespace tomograph::column
