#pragma once

#include "store/engine/store_core.h"
#include "store/engine/trace_assembly.h"
#include "store/group_classifier.h"

namespace tomograph {

// What the open traces add to the service graph.

/// Take it once for traces that were looked up before: documents that a version of a group is not
/// meant for were all there when it was made.
using Groups = std::shared_ptr<const GroupClassifier>;
Groups groups_now(const StoreCore& core);

/// What of open documents must be read: some groups judge whole ones.
AssemblyDepth assembly_depth(const Groups& groups);

/// The newest row of the trace in the parts, looked up once. errors: io
Result<std::optional<TraceRow>> older_row(StoreCore& core, const OpenTrace& trace,
                                          const PartSnapshot& parts);

/// Winners among the documents of a trace, and what else groups ask for.
struct TraceContents {
    std::vector<DocumentPointer> documents{};
    Lsn newest{};
    bool limit_exceeded = false;
};

/// A trace as far as it is known: its open documents on top of those in parts.
struct WholeTrace {
    TraceContents older;   ///< what is in parts
    TraceContents merged;  ///< all
};
/// errors: io
Result<WholeTrace> whole_trace(StoreCore& core, const OpenTrace& trace, const PartSnapshot& parts);

/// The groups of a trace that was assembled of `contents`.
std::vector<GroupMatch> matches_of(const Groups& groups, const Trace& trace,
                                   const TraceContents& contents);

/// Whether the version is among matches_of().
bool is_of_version(const Groups& groups, GroupId version, const Trace& trace,
                   const TraceContents& contents);

/// graph(merged) - graph(older), of all traces and of the groups: what the open documents change.
GraphRollup contribution_of(const Groups& groups, TraceAssembly& assembly, const Trace& merged,
                            const WholeTrace& whole);

/// Brings the contribution of one trace, as of this copy of it, up to date. `refresh` is held.
Result<void> describe_trace(StoreCore& core, const Groups& groups, TraceAssembly& assembly,
                            const OpenTrace& trace);

/// What open traces contribute to the minutes up to `last` is up to date afterwards, as of traces
/// that were open before: those that began later, all of them, need not be read. `refresh` is held.
/// errors: io
Result<void> describe_open_traces(StoreCore& core, std::int64_t last);

}  // namespace tomograph
