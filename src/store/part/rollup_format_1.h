#pragma once

#include <string_view>

#include "base/result.h"
#include "model/graph.h"

namespace tomograph {

/// Adds the cells of a rollup block of the first layout, cell by cell and without groups
/// (docs/formats/part.md, "Rollup"). Nobody writes it any more. errors: corrupt
Result<void> decode_rollup_block_1(std::string_view block, GraphRollup& rollup);

}  // namespace tomograph
