#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "base/bytes.h"
#include "store/part/rollup.h"
#include "store/part/rollup_sum.h"

// An input is the rollup blocks of one file: varint length and bytes, each. What reads well is
// written as blocks that read well, and as the same ones again. A read of some keys passes over the
// others, and finds of its own what the whole read finds.
namespace tomograph {
namespace {

std::vector<std::string> read_blocks(std::string_view input) {
    std::vector<std::string> blocks;
    ByteReader reader(input);
    while (reader.remaining() > 0 && !reader.failed()) blocks.emplace_back(reader.text());
    return blocks;
}

/// All nodes, in every minute.
const GraphSelection selection{.nodes = {{}}, .edges = {}};

Result<RollupTable> read_nodes(const std::vector<std::string>& blocks) {
    const StretchRead nodes{.stretches = {{.first = std::numeric_limits<std::int64_t>::min(),
                                           .last = std::numeric_limits<std::int64_t>::max()}},
                            .selection = &selection};
    return decode_rollup(blocks, &nodes);
}

/// Its nodes, summed up over all minutes.
GraphRollup nodes_of(const RollupTable& table) {
    const RollupSlice slice{.table = &table, .selection = &selection};
    return rollup_of(
        sum_rollups(std::span(&slice, 1), {.grain = grain_whole, .nothing = NothingRows::keep}));
}

}  // namespace
}  // namespace tomograph

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tomograph;
    const auto blocks = read_blocks({reinterpret_cast<const char*>(data), size});
    const auto nodes = read_nodes(blocks);
    const auto table = decode_rollup(blocks);
    if (!table) return 0;
    ASSERT(nodes && nodes_of(*nodes) == nodes_of(*table));
    const auto written = encode_rollup(*table);
    ASSERT(written);
    const auto again = decode_rollup(*written);
    ASSERT(again);
    const auto rewritten = encode_rollup(*again);
    ASSERT(rewritten && *rewritten == *written);
    return 0;
}
