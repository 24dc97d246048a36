#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/result.h"
#include "store/part/part.h"

namespace tomograph::part_v1 {

/// A decoded block. Texts live in it.
struct SpanBlock {
    std::vector<SpanRow> rows;
    std::vector<std::uint32_t> ordinals;  ///< of the trace row, per span
    Arena texts;

    std::size_t bytes() const;
};

/// errors  corrupt
Result<SpanBlock> decode_span_block(std::string_view block);

}  // namespace tomograph::part_v1
