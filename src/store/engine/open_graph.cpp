#include "store/engine/open_graph.h"

#include <limits>
#include <tuple>
#include <utility>

#include "trace/graph_cells.h"
#include "trace/graph_of_trace.h"

namespace tomograph {
namespace {

/// The minutes that a read asks for, both included, and what becomes of them.
struct Minutes {
    std::int64_t first;
    std::int64_t last;
    GraphGrain grain;
};

bool is_before(const GraphKey& a, const GraphKey& b) {
    return std::tie(a.entry, a.source, a.target) < std::tie(b.entry, b.source, b.target);
}

/// Walks the sum beside each minute's cells: both are in order, and mostly the same, so that
/// neither keys are copied nor the sum is searched.
class WholeSum {
 public:
    explicit WholeSum(GraphRollup& sum) : sum_(sum), at_(sum.cells.begin()) {}

    void add(const GraphKey& key, const GraphCell& cell) {
        if (key.minute != minute_) at_ = sum_.cells.begin();
        minute_ = key.minute;
        while (at_ != sum_.cells.end() && is_before(at_->first, key)) ++at_;
        if (at_ == sum_.cells.end() || is_before(key, at_->first)) {
            GraphKey whole = key;
            whole.minute = 0;
            at_ = sum_.cells.emplace_hint(at_, std::move(whole), GraphCell());
        }
        at_->second.add(cell);
    }

 private:
    GraphRollup& sum_;
    std::map<GraphKey, GraphCell>::iterator at_;
    std::int64_t minute_ = std::numeric_limits<std::int64_t>::min();
};

void add_minutes(GraphRollup& sum, const GraphRollup& rollup, const Minutes& minutes) {
    GraphKey from;
    from.minute = minutes.first;
    WholeSum whole(sum);
    for (auto cell = rollup.cells.lower_bound(from);
         cell != rollup.cells.end() && cell->first.minute <= minutes.last; ++cell) {
        if (minutes.grain == GraphGrain::minute)
            sum.cells[cell->first].add(cell->second);
        else
            whole.add(cell->first, cell->second);
    }
}

bool is_nothing(const GraphCell& cell) {
    return cell.statistics == RequestStatistics{} && cell.presence == 0 && cell.roots == 0 &&
           cell.inferred == 0;
}

/// Contributions of all open traces are up to date afterwards, as of traces that were open before.
Result<void> refresh_all(StoreCore& core) {
    std::vector<OpenTrace> stale;
    core.open.visit([&](const OpenTrace& trace) {
        if (!trace.is_described()) stale.push_back(trace);
    });
    TraceAssembly assembly;
    for (const OpenTrace& trace : stale) TRY(describe_trace(core, assembly, trace));
    return {};
}

}  // namespace

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

GraphRollup contribution_of(TraceAssembly& assembly, const Trace& merged, const WholeTrace& whole) {
    GraphRollup contribution = graph_of_trace(merged);
    if (!whole.older.empty()) contribution.add(assembly.graph(merged.id, whole.older), -1);
    return contribution;
}

Result<void> describe_trace(StoreCore& core, TraceAssembly& assembly, const OpenTrace& trace) {
    const Parts parts = core.parts();
    const WholeTrace whole = TRY(whole_trace(core, trace, *parts));
    const Trace merged = assembly.assemble(trace.id, whole.merged);
    auto contribution =
        std::make_shared<const GraphRollup>(contribution_of(assembly, merged, whole));
    const auto before =
        core.open.describe(trace.id, {.version = trace.version, .contribution = contribution});
    if (!before) return {};
    auto view = core.view.lock();
    if (*before) view->open_sum.add(**before, -1);
    view->open_sum.add(*contribution);
    return {};
}

Result<GraphRollup> read_graph(StoreCore& core, TimeRange range, GraphGrain grain) {
    GraphRollup sum;
    if (range.end <= range.start) return sum;
    const Minutes minutes{.first = minute_of(range.start),
                          .last = minute_of(range.end - Duration::nanoseconds(1)),
                          .grain = grain};
    Parts parts;
    {
        const std::lock_guard refresh(core.refresh);
        TRY(refresh_all(core));
        auto view = core.view.lock();
        parts = view->parts;
        add_minutes(sum, view->open_sum, minutes);
    }
    for (const auto& part : parts->parts) {
        const PartFacts& facts = part->facts();
        if (facts.minute_max < minutes.first || facts.minute_min > minutes.last) continue;
        const auto rollup = part->rollup();
        if (rollup) {
            add_minutes(sum, **rollup, minutes);
        } else {
            if (rollup.error().code() != ErrorCode::corrupt) return rollup.error();
            part->report_damage(rollup.error());
        }
    }
    std::erase_if(sum.cells, [](const auto& cell) { return is_nothing(cell.second); });
    return sum;
}

}  // namespace tomograph
