#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "model/ids.h"
#include "store/part/block_reader.h"

namespace tomograph::part_v1 {

/// Ordinals whose id has the same 32-bit hash, ascending: the rows of that trace and, rarely,
/// others. cost  one or two pages of 4 KiB, since hashes are even; never more than log2(pages) + a
/// few
Result<std::vector<std::uint32_t>> find_candidates(const PartBlockReader& reader, TraceId id);

}  // namespace tomograph::part_v1
