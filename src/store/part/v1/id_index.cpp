#include "store/part/v1/id_index.h"

#include <cstring>
#include <optional>

#include "base/bytes.h"
#include "base/hash.h"

namespace tomograph::part_v1 {
namespace {

constexpr std::size_t entry_bytes = 8;
/// Guesses before plain bisection, which is bounded whatever the pages hold.
constexpr int guesses_max = 3;

std::uint32_t hash_of(TraceId id, std::uint64_t part_seed) {
    const std::uint64_t words[] = {id.high, id.low};
    const std::string_view bytes(reinterpret_cast<const char*>(words), sizeof words);
    return static_cast<std::uint32_t>(hash64(bytes, part_seed));
}

struct Page {
    std::string bytes;

    std::size_t entries() const { return bytes.size() / entry_bytes; }
    std::uint32_t word(std::size_t entry, std::size_t offset) const {
        std::uint32_t value;
        std::memcpy(&value, bytes.data() + entry * entry_bytes + offset, sizeof value);
        return value;
    }
    std::uint32_t hash(std::size_t entry) const { return word(entry, 0); }
    std::uint32_t ordinal(std::size_t entry) const { return word(entry, 4); }
};

Result<Page> read_page(const PartBlockReader& reader, std::uint32_t index) {
    Page page;
    page.bytes = TRY(reader.read(PartSection::id_index, index));
    if (page.bytes.empty() || page.bytes.size() % entry_bytes != 0)
        return Error(ErrorCode::corrupt, "page of the id index is not made of entries");
    return page;
}

// The first page whose last entry is not below the hash; none when all are.
Result<std::optional<std::uint32_t>> first_page(const PartBlockReader& reader, std::uint32_t hash) {
    const std::uint32_t pages = reader.blocks(PartSection::id_index);
    std::uint32_t low = 0;
    std::uint32_t high = pages;  // the answer is in [low, high]; high == pages: none
    auto probe = static_cast<std::uint32_t>(std::uint64_t{hash} * pages >> 32);
    for (int guess = 1; low < high; ++guess) {
        const Page page = TRY(read_page(reader, probe));
        if (page.hash(page.entries() - 1) < hash) {
            low = probe + 1;
            probe = low;
        } else {
            high = probe;
            if (page.hash(0) < hash) break;
            probe = high - 1;
        }
        if (low < high && guess >= guesses_max) probe = low + (high - low) / 2;
    }
    if (high == pages) return std::optional<std::uint32_t>();
    return std::optional<std::uint32_t>(high);
}

}  // namespace

Result<std::vector<std::uint32_t>> find_candidates(const PartBlockReader& reader, TraceId id) {
    const std::uint32_t hash = hash_of(id, reader.part_seed());
    std::vector<std::uint32_t> ordinals;
    const std::optional<std::uint32_t> first = TRY(first_page(reader, hash));
    if (!first) return ordinals;
    for (std::uint32_t index = *first; index < reader.blocks(PartSection::id_index); ++index) {
        const Page page = TRY(read_page(reader, index));
        for (std::size_t entry = 0; entry < page.entries(); ++entry) {
            if (page.hash(entry) > hash) return ordinals;
            if (page.hash(entry) == hash) ordinals.push_back(page.ordinal(entry));
        }
    }
    return ordinals;
}

}  // namespace tomograph::part_v1
