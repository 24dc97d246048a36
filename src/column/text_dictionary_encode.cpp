#include "column/text_dictionary_encode.h"

#include "base/assert.h"
#include "base/hash.h"
#include "column/limits.h"

namespace tomograph::column {
namespace {

constexpr std::size_t slots_min = 512;
constexpr unsigned code_bits = 24;
constexpr std::uint64_t code_mask = (std::uint64_t{1} << code_bits) - 1;

std::size_t first_slot(std::uint64_t hash, std::size_t slots) {
    return static_cast<std::size_t>(hash >> code_bits) & (slots - 1);
}

}  // namespace

bool TextDictionaryBuilder::build(std::span<const std::string_view> values,
                                  std::size_t entries_max) {
    ASSERT(values.size() <= block_rows_max && entries_max <= block_rows_max);
    slots_.assign(slots_min, 0);
    entries_.clear();
    codes_.resize(values.size());
    entry_bytes_ = 0;
    for (std::size_t row = 0; row < values.size(); ++row) {
        const bool is_repeated = row > 0 && values[row] == values[row - 1];
        if (!is_repeated && !find(values[row], entries_max)) return false;
        codes_[row] = found_;
    }
    return true;
}

bool TextDictionaryBuilder::find(std::string_view value, std::size_t entries_max) {
    const std::uint64_t hash = hash64(value);
    std::size_t slot = first_slot(hash, slots_.size());
    for (; slots_[slot] != 0; slot = (slot + 1) & (slots_.size() - 1)) {
        if ((slots_[slot] ^ hash) > code_mask) continue;
        const std::size_t code = (slots_[slot] & code_mask) - 1;
        if (entries_[code] != value) continue;
        found_ = static_cast<std::uint16_t>(code);
        return true;
    }
    if (entries_.size() == entries_max) return false;
    found_ = static_cast<std::uint16_t>(entries_.size());
    entries_.push_back(value);
    entry_bytes_ += value.size() + 1;
    slots_[slot] = (hash & ~code_mask) | entries_.size();
    if (2 * entries_.size() >= slots_.size()) grow();
    return true;
}

void TextDictionaryBuilder::grow() {
    std::vector<std::uint64_t> old(4 * slots_.size());
    old.swap(slots_);
    for (const std::uint64_t kept : old) {
        if (kept == 0) continue;
        std::size_t slot = first_slot(kept, slots_.size());
        while (slots_[slot] != 0) slot = (slot + 1) & (slots_.size() - 1);
        slots_[slot] = kept;
    }
}

}  // namespace tomograph::column
