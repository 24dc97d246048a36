#pragma once

#include <memory>

#include "store/engine/store_core.h"
#include "store/engine/trace_assembly.h"

namespace tomograph {

/// Rows that outlive their part, in a part of their own.
struct PinnedRows {
    std::shared_ptr<LivePart> part;
    /// What the rows add to the sums, negative: the new part has it, so the old one's sums must
    /// not.
    std::shared_ptr<const RollupTable> moved;
};

struct PinnedRowsRequest {
    const LivePart& part;
    const RowsOfPart& rows;
    std::uint64_t id = 0;  ///< of the new part
};
/// Writes the rows into a new part of the class of pinned traces, under its final name; on failure
/// nothing of it is left. errors: io, limit, corrupt (a block of the old part)
Result<PinnedRows> write_pinned(StoreCore& core, TraceAssembly& assembly,
                                const PinnedRowsRequest& request);

}  // namespace tomograph
