#pragma once

#include "store/engine/store_core.h"
#include "store/engine/trace_assembly.h"

namespace tomograph {

// What the open traces add to the service graph.

/// What of open documents must be read: groups judge whole ones.
AssemblyDepth assembly_depth(const StoreCore& core);

/// The newest row of the trace in the parts, looked up once. errors: io
Result<std::optional<TraceRow>> older_row(StoreCore& core, const OpenTrace& trace,
                                          const PartSnapshot& parts);

/// A trace as far as it is known: its open documents on top of those in parts.
struct WholeTrace {
    std::vector<DocumentPointer> older;   ///< winners among those in parts
    std::vector<DocumentPointer> merged;  ///< winners of all
};
/// errors: io
Result<WholeTrace> whole_trace(StoreCore& core, const OpenTrace& trace, const PartSnapshot& parts);

/// graph(merged) - graph(older), of all traces and of the groups: what the open documents change.
GraphRollup contribution_of(const StoreCore& core, TraceAssembly& assembly, const Trace& merged,
                            const WholeTrace& whole);

/// Brings the contribution of one trace, as of this copy of it, up to date. `refresh` is held.
Result<void> describe_trace(StoreCore& core, TraceAssembly& assembly, const OpenTrace& trace);

/// Contributions of all open traces are up to date afterwards, as of traces that were open before.
/// `refresh` is held. errors: io
Result<void> describe_open_traces(StoreCore& core);

}  // namespace tomograph
