#include "store/engine/reevaluator.h"

#include <algorithm>

#include "store/engine/trace_assembly.h"
#include "trace/graph_of_trace.h"

namespace tomograph {
namespace {

/// Judges traces by one version.
class Judge {
 public:
    explicit Judge(const PartOrder& order)
        : order_(order), assembly_(assembly_depth(order.groups)) {}

    /// Adds what the trace is, as of these contents.
    void add(TraceId id, const TraceContents& contents, int sign, GraphRollup& sum) {
        if (contents.documents.empty()) return;
        const Trace trace = assembly_.assemble(id, contents.documents);
        if (!is_of_version(order_.groups, order_.version, trace, contents)) return;
        GraphRollup cells;
        for (auto& [key, cell] : graph_of_trace(trace).cells) {
            GraphKey place = key;
            place.group = order_.version;
            cells.cells.emplace(std::move(place), cell);
        }
        sum.add(cells, sign);
    }

 private:
    const PartOrder& order_;
    TraceAssembly assembly_;
};

/// What was known of the trace before the row came.
Result<TraceContents> older_than(const PartOrder& order, const TraceRow& row,
                                 DocumentSet& documents) {
    TraceContents older;
    for (const auto& part : order.parts->parts) {
        const RowsOfPart rows = TRY(rows_of(*part, {row.id}));
        for (const std::uint32_t ordinal : rows) {
            const TraceRow other = TRY(part->reader().row(ordinal));
            if (other.lsn_max >= row.lsn_max) continue;
            TRY(read_row(*part, ordinal, documents));
            older.newest = std::max(older.newest, other.lsn_max);
            older.limit_exceeded |= (other.flags & trace_limit_exceeded) != 0;
        }
    }
    older.documents = documents.winners();
    return older;
}

}  // namespace

Result<GraphRollup> correction_of(const PartOrder& order, const LivePart& part) {
    GraphRollup correction;
    GraphRollup before = TRY(part.reader().rollup());
    std::erase_if(before.cells,
                  [&](const auto& cell) { return cell.first.group != order.version; });
    correction.add(before, -1);
    Judge judge(order);
    for (std::uint32_t ordinal = 0; ordinal < part.facts().traces; ++ordinal) {
        const TraceRow row = TRY(part.reader().row(ordinal));
        DocumentSet documents;
        TraceContents older;
        if (order.parts->fragments.contains(row.id)) older = TRY(older_than(order, row, documents));
        documents.add(TRY(part.reader().documents(ordinal)));
        const TraceContents merged{
            .documents = documents.winners(),
            .newest = std::max(row.lsn_max, older.newest),
            .limit_exceeded = (row.flags & trace_limit_exceeded) != 0 || older.limit_exceeded};
        judge.add(row.id, merged, 1, correction);
        judge.add(row.id, older, -1, correction);
    }
    return correction;
}

void Reevaluator::begin(GroupId version) {
    stop();
    state_ = Reevaluation{.version = version};
    {
        // Else traces that were described before go into parts without the version.
        const std::lock_guard refresh(core_.refresh);
        core_.open.forget_descriptions();
    }
    for (const auto& part : core_.parts()->parts) {
        pending_.emplace(part->id(), part->facts().bytes);
        state_->bytes += part->facts().bytes;
    }
    state_->parts = pending_.size();
}

void Reevaluator::begin_again() {
    if (state_) begin(state_->version);
}

void Reevaluator::stop() {
    state_.reset();
    pending_.clear();
    rewritten_.clear();
}

std::shared_ptr<LivePart> Reevaluator::next() {
    const Parts parts = core_.parts();
    while (!pending_.empty()) {
        const std::uint64_t id = pending_.begin()->first;
        const auto found = std::find_if(parts->parts.begin(), parts->parts.end(),
                                        [&](const auto& part) { return part->id() == id; });
        const bool is_live = found != parts->parts.end();
        if (is_live && !(*found)->is_damaged()) return *found;
        if (is_live) ++state_->parts_damaged;
        count(id);
    }
    return nullptr;
}

PartOrder Reevaluator::order() const {
    return {.version = state_->version, .groups = groups_now(core_), .parts = core_.parts()};
}

void Reevaluator::done(std::uint64_t part, std::uint64_t output) {
    if (!pending_.contains(part)) return;  // of an order before this one
    rewritten_.insert(output);
    count(part);
}

void Reevaluator::count(std::uint64_t part) {
    const auto at = pending_.find(part);
    ++state_->parts_done;
    state_->bytes_done += at->second;
    state_->waits_for_disk = false;
    pending_.erase(at);
}

}  // namespace tomograph
