#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tomograph {

/// A piece of the chunks of a sealed part's group, as it is on disk (docs/formats/part.md, "Group
/// sums"). The checksums of single chunks are in the group's head, which is sealed.
struct ChunkSum {
    std::uint64_t offset = 0;
    std::uint32_t bytes = 0;
    std::uint64_t sum = 0;
};

ChunkSum sum_of(std::uint64_t part_seed, std::uint64_t offset, std::string_view bytes);

/// One behind the other.
std::string encode_sums(const std::vector<ChunkSum>& sums);
/// errors  corrupt
Result<std::vector<ChunkSum>> decode_sums(std::string_view bytes);

}  // namespace tomograph
