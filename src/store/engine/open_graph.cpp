#include "store/engine/open_graph.h"

#include <utility>

#include "base/assert.h"
#include "store/group_classifier.h"
#include "trace/graph_of_trace.h"

namespace tomograph {
namespace {

/// What the trace adds to the graph of all traces, and to those of its groups.
GraphRollup graph_of(const StoreCore& core, const Trace& trace) {
    GraphRollup graph = graph_of_trace(trace);
    if (!core.options.groups) return graph;
    const GraphRollup of_all = graph;
    for (const GroupId group : core.options.groups->groups_of(trace)) {
        ASSERT(!group.is_all());
        for (const auto& [key, cell] : of_all.cells) {
            GraphKey with_group = key;
            with_group.group = group;
            graph.cells.emplace(std::move(with_group), cell);
        }
    }
    return graph;
}

}  // namespace

AssemblyDepth assembly_depth(const StoreCore& core) {
    return core.options.groups ? AssemblyDepth::whole : AssemblyDepth::outline;
}

Result<std::optional<TraceRow>> older_row(StoreCore& core, const OpenTrace& trace,
                                          const PartSnapshot& parts) {
    if (trace.older) return *trace.older;
    const TraceInParts found = TRY(look_up(parts, trace.id));
    core.open.set_older(trace, found.row);
    return found.row;
}

Result<WholeTrace> whole_trace(StoreCore& core, const OpenTrace& trace, const PartSnapshot& parts) {
    WholeTrace whole;
    const auto row = TRY(older_row(core, trace, parts));
    DocumentSet documents;
    if (row) {
        TRY(read_trace(parts, trace.id, documents));
        whole.older = documents.winners();
    }
    for (const DocumentPointer& document : trace.documents) documents.add(document);
    whole.merged = documents.winners();
    return whole;
}

GraphRollup contribution_of(const StoreCore& core, TraceAssembly& assembly, const Trace& merged,
                            const WholeTrace& whole) {
    GraphRollup contribution = graph_of(core, merged);
    if (!whole.older.empty())
        contribution.add(graph_of(core, assembly.assemble(merged.id, whole.older)), -1);
    return contribution;
}

Result<void> describe_trace(StoreCore& core, TraceAssembly& assembly, const OpenTrace& trace) {
    const Parts parts = core.parts();
    const WholeTrace whole = TRY(whole_trace(core, trace, *parts));
    const Trace merged = assembly.assemble(trace.id, whole.merged);
    auto contribution =
        std::make_shared<const GraphRollup>(contribution_of(core, assembly, merged, whole));
    const auto before =
        core.open.describe(trace.id, {.version = trace.version, .contribution = contribution});
    if (!before) return {};
    auto view = core.view.lock();
    if (*before) view->open_sum.add(**before, -1);
    view->open_sum.add(*contribution);
    return {};
}

Result<void> describe_open_traces(StoreCore& core) {
    std::vector<OpenTrace> stale;
    core.open.visit([&](const OpenTrace& trace) {
        if (!trace.is_described()) stale.push_back(trace);
    });
    TraceAssembly assembly(assembly_depth(core));
    for (const OpenTrace& trace : stale) TRY(describe_trace(core, assembly, trace));
    return {};
}

}  // namespace tomograph
