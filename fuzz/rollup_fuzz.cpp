#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "base/bytes.h"
#include "store/part/rollup.h"

// An input is the rollup blocks of one file: varint length and bytes, each. What reads well is
// written as blocks that read well, and as the same ones again.
namespace tomograph {
namespace {

std::vector<std::string> read_blocks(std::string_view input) {
    std::vector<std::string> blocks;
    ByteReader reader(input);
    while (reader.remaining() > 0 && !reader.failed()) blocks.emplace_back(reader.text());
    return blocks;
}

}  // namespace
}  // namespace tomograph

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tomograph;
    const auto table = decode_rollup(read_blocks({reinterpret_cast<const char*>(data), size}));
    if (!table) return 0;
    const auto written = encode_rollup(*table);
    ASSERT(written);
    const auto again = decode_rollup(*written);
    ASSERT(again);
    const auto rewritten = encode_rollup(*again);
    ASSERT(rewritten && *rewritten == *written);
    return 0;
}
