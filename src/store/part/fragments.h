#pragma once

#include <vector>

#include "model/ids.h"
#include "store/part/block_reader.h"
#include "store/part/block_writer.h"
#include "store/part/part.h"

namespace tomograph {

/// Writes the list of traces that have older rows elsewhere (docs/formats/part.md, "Fragments").
Result<void> write_fragments(std::vector<TraceId> ids, PartBlockWriter& blocks);

/// errors  corrupt, io
Result<std::vector<TraceId>> read_fragments(const PartBlockReader& blocks);

/// The same from the rows, without those of damaged blocks. errors: io
Result<std::vector<TraceId>> scan_fragments(PartReader& part);

}  // namespace tomograph
