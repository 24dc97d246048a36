#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/graph.h"

namespace tomograph {

/// The cells in blocks that stand alone (docs/formats/part.md, "Rollup").
/// errors  limit  a name longer than rollup_text_bytes_max
Result<std::vector<std::string>> encode_rollup(const GraphRollup& rollup);

/// Adds a block's cells to `rollup`. errors: corrupt
Result<void> decode_rollup_block(std::string_view block, GraphRollup& rollup);

}  // namespace tomograph
