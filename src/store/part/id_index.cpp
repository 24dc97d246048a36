#include "store/part/id_index.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <span>

#include "base/bytes.h"
#include "base/hash.h"
#include "column/int_chunk.h"
#include "store/part/limits.h"

namespace tomograph {
namespace {

/// Guesses before plain bisection, which is bounded whatever the pages hold.
constexpr int guesses_max = 3;
constexpr std::uint64_t hash_max = std::numeric_limits<std::uint32_t>::max();

std::uint32_t hash_of(TraceId id, std::uint64_t part_seed) {
    const std::uint64_t words[] = {id.high, id.low};
    const std::string_view bytes(reinterpret_cast<const char*>(words), sizeof words);
    return static_cast<std::uint32_t>(hash64(bytes, part_seed));
}

/// Entries in the order of their hashes.
struct Page {
    std::vector<std::int64_t> hashes;
    std::vector<std::int64_t> ordinals;
};

Error damaged() { return Error(ErrorCode::corrupt, "page of the id index is damaged"); }

std::string encode_page(std::span<const std::int64_t> hashes,
                        std::span<const std::int64_t> ordinals) {
    std::vector<std::int64_t> steps(hashes.begin(), hashes.end());
    for (std::size_t i = steps.size() - 1; i > 0; --i) steps[i] -= steps[i - 1];
    steps.front() = 0;  // small among small ones
    std::string chunk;
    column::encode_ints(steps, chunk);
    std::string page;
    ByteWriter writer(page);
    writer.varint(hashes.size());
    writer.varint(static_cast<std::uint64_t>(hashes.front()));
    writer.text(chunk);
    column::encode_ints(ordinals, page);
    return page;
}

Result<Page> decode_page(std::string_view bytes) {
    ByteReader page(bytes);
    const std::uint64_t entries = page.varint();
    std::uint64_t hash = page.varint();
    const std::string_view chunk = page.text();
    if (page.failed() || entries == 0 || entries > id_page_entries || hash > hash_max)
        return damaged();
    Page read;
    read.hashes = TRY(column::decode_ints(chunk, entries));
    read.ordinals = TRY(column::decode_ints(page.raw(page.remaining()), entries));
    for (std::int64_t& each : read.hashes) {
        if (each < 0 || static_cast<std::uint64_t>(each) > hash_max - hash) return damaged();
        hash += static_cast<std::uint64_t>(each);
        each = static_cast<std::int64_t>(hash);
    }
    return read;
}

Result<std::shared_ptr<const Page>> read_page(const IdIndexSource& source, std::uint32_t index) {
    const PartCache::Key key{.reader = source.cache_id,
                             .section = static_cast<std::uint16_t>(PartSection::id_pages),
                             .index = index};
    auto known = source.cache.get<Page>(key);
    if (known) return known;
    const std::string bytes = TRY(source.blocks.read(PartSection::id_pages, index));
    Page page = TRY(decode_page(bytes));
    known = std::make_shared<const Page>(std::move(page));
    source.cache.put(key, known, 2 * known->hashes.size() * sizeof(std::int64_t));
    return known;
}

// The first page whose last entry is not below the hash; none when all are.
Result<std::optional<std::uint32_t>> first_page(const IdIndexSource& source, std::uint32_t hash) {
    const std::uint32_t pages = source.blocks.blocks(PartSection::id_pages);
    std::uint32_t low = 0;
    std::uint32_t high = pages;  // the answer is in [low, high]; high == pages: none
    auto probe = static_cast<std::uint32_t>(std::uint64_t{hash} * pages >> 32);
    for (int guess = 1; low < high; ++guess) {
        const auto page = TRY(read_page(source, probe));
        if (page->hashes.back() < hash) {
            low = probe + 1;
            probe = low;
        } else {
            high = probe;
            if (page->hashes.front() < hash) break;
            probe = high - 1;
        }
        if (low < high && guess >= guesses_max) probe = low + (high - low) / 2;
    }
    if (high == pages) return std::optional<std::uint32_t>();
    return std::optional<std::uint32_t>(high);
}

}  // namespace

void IdIndexBuilder::add(TraceId id, std::uint64_t part_seed) {
    entries_.push_back({hash_of(id, part_seed), static_cast<std::uint32_t>(entries_.size())});
}

Result<void> IdIndexBuilder::write(PartBlockWriter& writer) {
    std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
        return a.hash != b.hash ? a.hash < b.hash : a.ordinal < b.ordinal;
    });
    std::vector<std::int64_t> hashes;
    std::vector<std::int64_t> ordinals;
    for (const Entry& entry : entries_) {
        hashes.push_back(entry.hash);
        ordinals.push_back(entry.ordinal);
        if (hashes.size() < id_page_entries && &entry != &entries_.back()) continue;
        TRY(writer.append(PartSection::id_pages, id_page_entries, encode_page(hashes, ordinals),
                          FrameCodec::none));
        hashes.clear();
        ordinals.clear();
    }
    return {};
}

Result<std::vector<std::uint32_t>> find_candidates(const IdIndexSource& source, TraceId id) {
    const std::uint32_t hash = hash_of(id, source.blocks.part_seed());
    std::vector<std::uint32_t> ordinals;
    const std::optional<std::uint32_t> first = TRY(first_page(source, hash));
    if (!first) return ordinals;
    for (std::uint32_t index = *first; index < source.blocks.blocks(PartSection::id_pages);
         ++index) {
        const auto page = TRY(read_page(source, index));
        for (std::size_t entry = 0; entry < page->hashes.size(); ++entry) {
            if (page->hashes[entry] > hash) return ordinals;
            if (page->hashes[entry] == hash)
                ordinals.push_back(static_cast<std::uint32_t>(page->ordinals[entry]));
        }
    }
    return ordinals;
}

}  // namespace tomograph
