#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/part/part.h"

namespace tomograph::part_v1 {

/// Where the documents and spans of a trace row are.
struct TracePlace {
    std::uint32_t document_block = 0;
    std::uint32_t document_offset = 0;  ///< of the first record, in the raw block
    std::uint32_t documents = 0;
    std::uint64_t span_first = 0;  ///< row among all spans of the part
    std::uint32_t spans = 0;
};

struct PlacedTraceRow {
    TraceRow row;
    TracePlace place;
};

/// errors  corrupt
Result<std::vector<PlacedTraceRow>> decode_trace_block(std::string_view block);

/// The ids of the rows only.
Result<std::vector<TraceId>> decode_trace_ids(std::string_view block);

}  // namespace tomograph::part_v1
