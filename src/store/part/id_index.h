#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "model/ids.h"
#include "store/part/block_reader.h"
#include "store/part/block_writer.h"
#include "store/part/cache.h"

namespace tomograph {

/// Gathers the ids of a part's trace rows and writes them sorted by hash: 8 bytes a row of memory,
/// about 4 on disk.
class IdIndexBuilder {
 public:
    /// Called once per row, in the order of the ordinals from 0.
    void add(TraceId id, std::uint64_t part_seed);
    Result<void> write(PartBlockWriter& writer);

 private:
    struct Entry {
        std::uint32_t hash;
        std::uint32_t ordinal;
    };
    std::vector<Entry> entries_;
};

/// Where the pages come from; decoded ones stay in the cache.
struct IdIndexSource {
    const PartBlockReader& blocks;
    PartCache& cache;
    std::uint64_t cache_id;
};

/// Ordinals whose id has the same 32-bit hash, ascending: the rows of that trace and, rarely,
/// others.
/// cost  one or two pages of 512 entries, since hashes are even; never more than log2(pages) + a
/// few
Result<std::vector<std::uint32_t>> find_candidates(const IdIndexSource& source, TraceId id);

}  // namespace tomograph
