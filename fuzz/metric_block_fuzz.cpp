#include <bit>
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "store/metrics/limits.h"
#include "store/metrics/point_block.h"
#include "store/metrics/record.h"

using namespace tomograph;

/// Blocks and records of metrics are read or damaged; what a block holds can be written again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    if (const auto block = decode_point_block(bytes)) {
        std::size_t points = 0;
        for (const SeriesPoints& each : *block) points += each.points.size();
        if (points <= metric_block_points) {
            const auto again = decode_point_block(encode_point_block(*block));
            ASSERT(again);
        }
    }
    if (const auto batch = decode_metric_record(bytes)) {
        const auto again = decode_metric_record(encode_metric_record(*batch));
        ASSERT(again);
        ASSERT(again->series.size() == batch->series.size());
    }
    return 0;
}
