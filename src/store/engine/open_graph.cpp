#include "store/engine/open_graph.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "base/assert.h"
#include "trace/graph_cells.h"
#include "trace/graph_of_trace.h"

namespace tomograph {
namespace {

/// The bytes of each of the trace's documents, in its order.
std::vector<std::string_view> texts_of(const Trace& trace,
                                       const std::vector<DocumentPointer>& documents) {
    std::unordered_map<SpanId, std::string_view> by_id;
    by_id.reserve(documents.size());
    for (const DocumentPointer& each : documents)
        by_id.emplace(each->document.header.id, each->document.bytes);
    std::vector<std::string_view> texts;
    texts.reserve(trace.documents.size());
    for (const TraceDocument& each : trace.documents)
        texts.push_back(by_id.at(each.segment.own().id));
    return texts;
}

GroupSubject subject_of(const Trace& trace, const TraceContents& contents,
                        const std::vector<std::string_view>& texts) {
    return {.trace = trace,
            .texts = texts,
            .newest = contents.newest,
            .limit_exceeded = contents.limit_exceeded};
}

/// What the trace adds to the graph of all traces, and to those of its groups.
GraphRollup graph_of(const Groups& groups, const Trace& trace, const TraceContents& contents) {
    GraphRollup graph = graph_of_trace(trace);
    const auto matches = matches_of(groups, trace, contents);
    if (matches.empty()) return graph;
    const GraphRollup of_all = graph;
    for (const GroupMatch& match : matches) {
        ASSERT(!match.version.is_all());
        for (const auto& [key, cell] : of_all.cells) {
            GraphKey with_group = key;
            with_group.group = match.version;
            graph.cells.emplace(std::move(with_group), cell);
        }
    }
    return graph;
}

}  // namespace

Groups groups_now(const StoreCore& core) {
    return core.options.groups ? core.options.groups->classifier() : nullptr;
}

AssemblyDepth assembly_depth(const Groups& groups) {
    return groups && groups->needs_documents() ? AssemblyDepth::whole : AssemblyDepth::outline;
}

std::vector<GroupMatch> matches_of(const Groups& groups, const Trace& trace,
                                   const TraceContents& contents) {
    if (!groups || trace.documents.empty()) return {};
    const std::vector<std::string_view> texts = texts_of(trace, contents.documents);
    return groups->groups_of(subject_of(trace, contents, texts));
}

bool is_of_version(const Groups& groups, GroupId version, const Trace& trace,
                   const TraceContents& contents) {
    if (!groups || trace.documents.empty()) return false;
    const std::vector<std::string_view> texts = texts_of(trace, contents.documents);
    return groups->is_in(subject_of(trace, contents, texts), version);
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
        whole.older = {.documents = documents.winners(),
                       .newest = row->lsn_max,
                       .limit_exceeded = (row->flags & trace_limit_exceeded) != 0};
    }
    for (const DocumentPointer& document : trace.documents) documents.add(document);
    whole.merged = {.documents = documents.winners(),
                    .newest = std::max(trace.lsn_max, whole.older.newest),
                    .limit_exceeded = trace.limit_exceeded || whole.older.limit_exceeded};
    // Nothing of it will be written: it stays what it is in the parts.
    if (whole.merged.documents == whole.older.documents) whole.merged = whole.older;
    return whole;
}

GraphRollup contribution_of(const Groups& groups, TraceAssembly& assembly, const Trace& merged,
                            const WholeTrace& whole) {
    GraphRollup contribution = graph_of(groups, merged, whole.merged);
    if (whole.older.documents.empty()) return contribution;
    const Trace older = assembly.assemble(merged.id, whole.older.documents);
    contribution.add(graph_of(groups, older, whole.older), -1);
    return contribution;
}

Result<void> describe_trace(StoreCore& core, const Groups& groups, TraceAssembly& assembly,
                            const OpenTrace& trace) {
    const Parts parts = core.parts();
    const WholeTrace whole = TRY(whole_trace(core, trace, *parts));
    const Trace merged = assembly.assemble(trace.id, whole.merged.documents);
    auto contribution =
        std::make_shared<const GraphRollup>(contribution_of(groups, assembly, merged, whole));
    const auto before = core.open.describe(trace, contribution);
    if (!before) return {};
    auto view = core.view.lock();
    if (*before) view->open_sum.add(**before, -1);
    view->open_sum.add(*contribution);
    return {};
}

Result<void> describe_open_traces(StoreCore& core, std::int64_t last) {
    const bool has_groups = groups_now(core) != nullptr;
    std::vector<OpenTrace> stale;
    std::vector<TraceId> later;
    core.open.visit([&](const OpenTrace& trace) {
        if (has_groups ? trace.is_described_in_groups() : trace.is_described()) return;
        const bool is_alone = !trace.older || !*trace.older;
        if (!is_alone || minute_of(trace.start_min) <= last)
            stale.push_back(trace);
        else if (!trace.older)
            later.push_back(trace.id);
    });
    // Every cell stands at the start of a span: a trace of which nothing began by then changes
    // nothing, unless it corrects what is in parts.
    const Parts parts = core.parts();
    for (const TraceId id : later) {
        const TraceInParts found = TRY(look_up(*parts, id));
        if (!found.row) continue;
        if (auto trace = core.open.find(id)) stale.push_back(std::move(*trace));
    }
    const Groups groups = groups_now(core);
    TraceAssembly assembly(assembly_depth(groups));
    for (const OpenTrace& trace : stale) TRY(describe_trace(core, groups, assembly, trace));
    return {};
}

}  // namespace tomograph
