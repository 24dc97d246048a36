#pragma once

#include <cstdint>
#include <vector>

#include "column/bitmap.h"
#include "store/part/group_reader.h"

namespace tomograph {

// What searches ask of the trace rows of a group. errors of all: corrupt, io

/// The first span of each trace, and one past the last.
Result<std::vector<std::uint32_t>> first_spans(GroupReader& group);

/// The traces whose rows say all: those without trace_is_irregular.
Result<column::Bitmap> regular_traces(GroupReader& group);

}  // namespace tomograph
