#include "store/engine/open_graph.h"

#include <utility>

#include "base/assert.h"
#include "store/group_classifier.h"
#include "trace/graph_cells.h"
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

/// Adds tables up as they come, without ever holding many.
class GraphSum {
 public:
    explicit GraphSum(const GraphRead& read)
        : grain_(read.grain == GraphGrain::whole ? grain_whole : 1), group_(read.group) {}

    void add(std::shared_ptr<const RollupTable> table, std::int64_t first, std::int64_t last) {
        bytes_ += table->bytes();
        slices_.push_back({.table = table.get(), .first = first, .last = last});
        tables_.push_back(std::move(table));
        if (bytes_ < graph_tables_bytes_max) return;
        auto sum = std::make_shared<const RollupTable>(take());
        slices_.push_back({.table = sum.get()});
        tables_.push_back(std::move(sum));
    }

    RollupTable take() {
        RollupTable sum = sum_rollups(slices_, grain_, group_);
        slices_.clear();
        tables_.clear();
        bytes_ = 0;
        return sum;
    }

 private:
    std::int64_t grain_;
    GroupId group_;
    std::vector<RollupSlice> slices_;
    std::vector<std::shared_ptr<const RollupTable>> tables_;
    std::size_t bytes_ = 0;
};

/// Contributions of all open traces are up to date afterwards, as of traces that were open before.
Result<void> refresh_all(StoreCore& core) {
    std::vector<OpenTrace> stale;
    core.open.visit([&](const OpenTrace& trace) {
        if (!trace.is_described()) stale.push_back(trace);
    });
    TraceAssembly assembly(assembly_depth(core));
    for (const OpenTrace& trace : stale) TRY(describe_trace(core, assembly, trace));
    return {};
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

Result<GraphRollup> read_graph(StoreCore& core, const GraphRead& read) {
    if (read.range.end <= read.range.start) return GraphRollup();
    const std::int64_t first = minute_of(read.range.start);
    const std::int64_t last = minute_of(read.range.end - Duration::nanoseconds(1));
    GraphSum sum(read);
    Parts parts;
    {
        const std::lock_guard refresh(core.refresh);
        TRY(refresh_all(core));
        auto view = core.view.lock();
        parts = view->parts;
        sum.add(std::make_shared<const RollupTable>(table_of(view->open_sum, first, last)), first,
                last);
    }
    for (const auto& part : parts->parts) {
        const PartFacts& facts = part->facts();
        if (facts.minute_max < first || facts.minute_min > last) continue;
        auto rollup = part->rollup();
        if (rollup) {
            sum.add(std::move(*rollup), first, last);
        } else {
            if (rollup.error().code() != ErrorCode::corrupt) return rollup.error();
            part->report_damage(rollup.error());
        }
    }
    for (const auto& rollup : parts->rollups) {
        const ManifestRollup& listed = rollup->listed();
        const std::int64_t aligned = align_minute(first, listed.grain);
        if (listed.minute_max < aligned || listed.minute_min > last) continue;
        auto table = TRY(rollup->table());
        sum.add(std::move(table), aligned, last);
    }
    return rollup_of(sum.take());
}

}  // namespace tomograph
