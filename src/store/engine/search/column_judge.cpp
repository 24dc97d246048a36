#include "store/engine/search/column_judge.h"

#include <algorithm>
#include <utility>

#include "store/engine/search/group_traces.h"
#include "store/engine/search/segment_plan.h"
#include "store/engine/search/span_plan.h"
#include "store/engine/search/trace_leaf.h"

namespace tomograph {
namespace {

/// A leaf of a tree over traces.
struct TraceLeaf {
    enum class Kind : std::uint8_t { some_span, field, some_segment };  // the cheapest first
    Kind kind = Kind::field;
    std::size_t index = 0;        ///< in what the plan has of that kind
    bool is_only_needed = false;  ///< some_span: without such a span it does not hold; with one,
                                  ///< who knows
};

/// A tree of Scope::root or Scope::segment.
struct SegmentTree {
    SegmentPlan plan;
    bool is_of_root = false;
};

/// What a predicate asks of columns.
struct Plan {
    std::vector<SpanPlan> trees;
    std::vector<SegmentTree> segments;
    std::vector<Condition> fields;  ///< of the trace itself
    std::vector<TraceLeaf> leaves;
    VerdictTree root;
};

class Compiler {
 public:
    explicit Compiler(Plan& plan) : plan_(plan) {}

    /// What is cheaper comes first: where nothing is left to find, the rest is not read.
    VerdictTree trace(const Predicate& predicate) {
        VerdictTree tree = tree_of(predicate);
        order(tree);
        return tree;
    }

 private:
    VerdictTree tree_of(const Predicate& predicate) {
        return VerdictTree::of(predicate, [this](const Predicate& inside) -> VerdictTree {
            if (inside.kind == Predicate::Kind::some) return some(inside);
            if (inside.kind != Predicate::Kind::condition) return {};
            plan_.fields.push_back(inside.condition);
            return leaf({.kind = TraceLeaf::Kind::field, .index = plan_.fields.size() - 1});
        });
    }

    /// Puts the children in order of their cost, which it gives: that of the dearest leaf.
    int order(VerdictTree& tree) const {
        if (tree.kind == VerdictTree::Kind::leaf)
            return static_cast<int>(plan_.leaves[tree.leaf].kind);
        std::vector<std::pair<int, VerdictTree>> children;
        for (VerdictTree& child : tree.children) {
            const int cost = order(child);
            children.emplace_back(cost, std::move(child));
        }
        std::stable_sort(children.begin(), children.end(),
                         [](const auto& a, const auto& b) { return a.first < b.first; });
        for (std::size_t i = 0; i < children.size(); ++i)
            tree.children[i] = std::move(children[i].second);
        return children.empty() ? 0 : children.back().first;
    }

    VerdictTree leaf(TraceLeaf made) {
        plan_.leaves.push_back(made);
        return VerdictTree::of_leaf(plan_.leaves.size() - 1);
    }

    VerdictTree some(const Predicate& predicate) {
        const Predicate& inside = predicate.children.front();
        switch (predicate.scope) {
            case Scope::trace:
                return tree_of(inside);
            case Scope::span:
                return some_span(inside, false);
            case Scope::root:
            case Scope::segment:
                plan_.segments.push_back(
                    {.plan = SegmentPlan(inside), .is_of_root = predicate.scope == Scope::root});
                return leaf(
                    {.kind = TraceLeaf::Kind::some_segment, .index = plan_.segments.size() - 1});
            case Scope::call:
                return needed(inside);
            default:
                return {};
        }
    }

    VerdictTree some_span(const Predicate& inside, bool is_only_needed) {
        plan_.trees.emplace_back(inside);
        return leaf({.kind = TraceLeaf::Kind::some_span,
                     .index = plan_.trees.size() - 1,
                     .is_only_needed = is_only_needed});
    }

    /// What the trace's spans must have for a tree of another scope to hold: every attribute and
    /// flag that an element shows is that of a sent span, of the segment itself or of the call that
    /// it was inferred from. Names are not: an inferred segment's is derived.
    VerdictTree needed(const Predicate& predicate) {
        switch (predicate.kind) {
            case Predicate::Kind::all:
            case Predicate::Kind::any: {
                VerdictTree node{.kind = predicate.kind == Predicate::Kind::all
                                             ? VerdictTree::Kind::all
                                             : VerdictTree::Kind::any,
                                 .children = {}};
                for (const Predicate& child : predicate.children)
                    node.children.push_back(needed(child));
                // All of it must hold for one element: that each holds for some is not enough.
                if (node.kind == VerdictTree::Kind::all) node.children.emplace_back();
                return node;
            }
            case Predicate::Kind::some:
                if (predicate.scope == Scope::span)
                    return some_span(predicate.children.front(), true);
                return needed(predicate.children.front());
            case Predicate::Kind::condition: {
                const Subject& subject = predicate.condition.subject;
                const bool is_of_a_span = subject.is_attribute() || subject.field == Field::error ||
                                          subject.field == Field::fault ||
                                          subject.field == Field::throttle ||
                                          subject.field == Field::status;
                if (!is_of_a_span) return {};
                return some_span(predicate, true);
            }
            default:
                return {};  // what must not be there is no reason to look
        }
    }

    Plan& plan_;
};

/// Judges the rows of one group.
class GroupJudge {
 public:
    GroupJudge(Plan& plan, GroupReader& group) : plan_(plan), group_(group) {}

    Result<std::vector<Verdict>> run() {
        filter_ = TRY(read_filter(group_));
        const Verdicts verdicts = TRY(plan_.root.evaluate(
            group_.facts().traces, [&](std::size_t leaf) { return evaluate(plan_.leaves[leaf]); }));
        return told(verdicts);
    }

 private:
    Result<Verdicts> evaluate(const TraceLeaf& leaf) {
        switch (leaf.kind) {
            case TraceLeaf::Kind::some_span: {
                Verdicts verdicts = TRY(evaluate_spans(plan_.trees[leaf.index]));
                if (leaf.is_only_needed) verdicts.yes = column::Bitmap(group_.facts().traces);
                return verdicts;
            }
            case TraceLeaf::Kind::some_segment: {
                SegmentTree& tree = plan_.segments[leaf.index];
                TRY(tree.plan.start(group_, filter_));
                return tree.is_of_root ? evaluate_root(tree.plan) : evaluate_segment(tree.plan);
            }
            case TraceLeaf::Kind::field: {
                const Condition& condition = plan_.fields[leaf.index];
                TRY(read_trees());
                if (condition.subject.field == Field::inferred) TRY(read_inferring());
                return judge_trace_field(group_, condition, trees_, inferring_);
            }
        }
        ASSERT(false);
    }

    Result<Verdicts> evaluate_spans(SpanPlan& plan) {
        Verdicts traces(group_.facts().traces);
        TRY(plan.start(group_, filter_));
        if (!plan.can_hold()) return traces;
        TRY(read_firsts());
        for (std::size_t block = 0; block < group_.head().block_spans.size(); ++block) {
            const Verdicts spans = TRY(plan.evaluate(block));
            gather(spans.yes, block, traces.yes);
            gather(spans.maybe, block, traces.maybe);
        }
        return traces;
    }

    Result<void> read_firsts() {
        if (firsts_.empty()) firsts_ = TRY(first_spans(group_));
        return {};
    }

    Result<void> read_trees() {
        TRY(read_firsts());
        return trees_.read();
    }

    Result<void> read_inferring() {
        if (inferring_.yes.rows() > 0) return {};
        inferring_ = TRY(inferring_spans(group_, filter_, trees_));
        return {};
    }

    Result<Verdicts> evaluate_root(SegmentPlan& plan) {
        Verdicts traces(group_.facts().traces);
        if (!plan.can_hold(SegmentPlan::Side::sent)) return traces;
        TRY(read_trees());
        const Verdicts spans = TRY(plan.evaluate(SegmentPlan::Side::sent, trees_));
        if (!spans.maybe.any()) return traces;
        for (std::size_t trace = 0; trace < trees_.traces(); ++trace) {
            const auto root = TRY(trees_.root_of(trace));
            if (root && spans.yes.test(*root)) traces.yes.set(trace);
            if (!root || spans.maybe.test(*root)) traces.maybe.set(trace);
        }
        return traces;
    }

    Result<Verdicts> evaluate_segment(SegmentPlan& plan) {
        Verdicts traces(group_.facts().traces);
        for (const auto side : {SegmentPlan::Side::sent, SegmentPlan::Side::inferred}) {
            if (!plan.can_hold(side)) continue;
            TRY(read_trees());
            Verdicts spans = TRY(plan.evaluate(side, trees_));
            if (!spans.maybe.any()) continue;
            TRY(keep_segments(side, spans));
            gather(spans.yes, 0, traces.yes);
            gather(spans.maybe, 0, traces.maybe);
        }
        if (!traces.maybe.any()) return traces;
        for (std::size_t trace = 0; trace < trees_.traces(); ++trace) {
            if (!trees_.has_ring(trace)) continue;
            traces.yes.clear(trace);
            traces.maybe.set(trace);
        }
        return traces;
    }

    /// Those spans that are a segment, or that one is inferred from.
    Result<void> keep_segments(SegmentPlan::Side side, Verdicts& spans) {
        if (side == SegmentPlan::Side::inferred) {
            TRY(read_inferring());
            spans &= inferring_;
            return {};
        }
        Verdicts segments(group_.facts().spans);
        for (std::uint32_t span = 0; span < group_.facts().spans; ++span)
            if (trees_.is_segment(span)) segments.yes.set(span);
        segments.maybe = segments.yes;
        spans &= segments;
        return {};
    }

    /// Sets the traces that the spans from a block on belong to.
    void gather(const column::Bitmap& spans, std::size_t block, column::Bitmap& traces) const {
        if (!spans.any()) return;
        const std::uint32_t first = group_.layout().block_first[block];
        std::size_t trace = static_cast<std::size_t>(
            std::upper_bound(firsts_.begin(), firsts_.end(), first) - firsts_.begin() - 1);
        spans.each([&](std::size_t at) {
            while (firsts_[trace + 1] <= first + at) ++trace;
            traces.set(trace);
        });
    }

    Result<std::vector<Verdict>> told(const Verdicts& verdicts) {
        std::vector<Verdict> rows(group_.facts().traces);
        for (std::size_t row = 0; row < rows.size(); ++row)
            rows[row] = verdicts.yes.test(row)     ? Verdict::yes
                        : verdicts.maybe.test(row) ? Verdict::unknown
                                                   : Verdict::no;
        if ((group_.facts().trace_flags & trace_is_irregular) == 0) return rows;
        const column::Bitmap regular = TRY(regular_traces(group_));
        for (std::size_t row = 0; row < rows.size(); ++row)
            if (!regular.test(row)) rows[row] = Verdict::unknown;
        return rows;
    }

    Plan& plan_;
    GroupReader& group_;
    std::string filter_;
    std::vector<std::uint32_t> firsts_;  ///< first span of each trace, and one past the last
    TraceTrees trees_{group_, firsts_};
    Verdicts inferring_{0};  ///< spans that a segment is inferred from, when one asked
};

class ColumnJudge final : public MatchSource {
 public:
    explicit ColumnJudge(const Predicate& predicate) {
        plan_.root = Compiler(plan_).trace(predicate);
    }

    Result<std::vector<Verdict>> judge(const LivePart& part, std::size_t run) override {
        const std::vector<Verdict> unknown(part.reader().runs()[run].rows, Verdict::unknown);
        auto verdicts = judge_group(part, run);
        if (verdicts && verdicts->empty()) return unknown;
        if (verdicts || verdicts.error().code() != ErrorCode::corrupt) return verdicts;
        part.report_damage(verdicts.error());
        return unknown;
    }

 private:
    /// Empty for a part without columns.
    Result<std::vector<Verdict>> judge_group(const LivePart& part, std::size_t run) {
        const auto group = TRY(part.reader().group(run));
        if (!group) return std::vector<Verdict>();
        return GroupJudge(plan_, *group).run();
    }

    Plan plan_;
};

}  // namespace

std::shared_ptr<MatchSource> make_column_judge(const Predicate& predicate) {
    return std::make_shared<ColumnJudge>(predicate);
}

Result<std::vector<Verdict>> judge_by_columns(const Predicate& predicate, GroupReader& group) {
    Plan plan;
    plan.root = Compiler(plan).trace(predicate);
    return GroupJudge(plan, group).run();
}

}  // namespace tomograph
