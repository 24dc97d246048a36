#include "store/engine/search/column_judge.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "store/engine/search/group_traces.h"
#include "store/engine/search/span_plan.h"

namespace tomograph {
namespace {

/// A tree over traces.
struct TraceNode {
    enum class Kind : std::uint8_t { all, any, negation, some_span, unknown };
    Kind kind = Kind::unknown;
    std::vector<TraceNode> children;
    std::size_t tree = 0;         ///< index into the plan's span trees
    bool is_only_needed = false;  ///< some_span: without such a span it does not hold; with one,
                                  ///< who knows
};

/// What a predicate asks of columns.
struct Plan {
    std::vector<SpanPlan> trees;
    TraceNode root;
};

class Compiler {
 public:
    explicit Compiler(Plan& plan) : plan_(plan) {}

    TraceNode trace(const Predicate& predicate) {
        switch (predicate.kind) {
            case Predicate::Kind::all:
                return branch(TraceNode::Kind::all, predicate);
            case Predicate::Kind::any:
                return branch(TraceNode::Kind::any, predicate);
            case Predicate::Kind::negation:
                return branch(TraceNode::Kind::negation, predicate);
            case Predicate::Kind::some:
                return some(predicate);
            default:
                return {};
        }
    }

 private:
    TraceNode branch(TraceNode::Kind kind, const Predicate& predicate) {
        TraceNode node{.kind = kind, .children = {}};
        for (const Predicate& child : predicate.children) node.children.push_back(trace(child));
        return node;
    }

    TraceNode some(const Predicate& predicate) {
        const Predicate& inside = predicate.children.front();
        switch (predicate.scope) {
            case Scope::trace:
                return trace(inside);
            case Scope::span:
                return some_span(inside, false);
            case Scope::root:
            case Scope::segment:
            case Scope::call:
                return needed(inside);
            default:
                return {};
        }
    }

    TraceNode some_span(const Predicate& inside, bool is_only_needed) {
        plan_.trees.emplace_back(inside);
        return {.kind = TraceNode::Kind::some_span,
                .children = {},
                .tree = plan_.trees.size() - 1,
                .is_only_needed = is_only_needed};
    }

    /// What the trace's spans must have for a tree of another scope to hold: every attribute and
    /// flag that an element shows is that of a sent span, of the segment itself or of the call that
    /// it was inferred from. Names are not: an inferred segment's is derived.
    TraceNode needed(const Predicate& predicate) {
        switch (predicate.kind) {
            case Predicate::Kind::all:
            case Predicate::Kind::any: {
                TraceNode node{.kind = predicate.kind == Predicate::Kind::all
                                           ? TraceNode::Kind::all
                                           : TraceNode::Kind::any,
                               .children = {}};
                for (const Predicate& child : predicate.children)
                    node.children.push_back(needed(child));
                // All of it must hold for one element: that each holds for some is not enough.
                if (node.kind == TraceNode::Kind::all) node.children.emplace_back();
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
        const std::string filter = TRY(read_filter(group_));
        for (SpanPlan& tree : plan_.trees) TRY(tree.start(group_, filter));
        of_trees_.assign(plan_.trees.size(), Verdicts(group_.facts().traces));
        TRY(evaluate_trees());
        const Verdicts verdicts = combine(plan_.root);
        return told(verdicts);
    }

 private:
    Result<void> evaluate_trees() {
        std::vector<std::size_t> wanted;
        for (std::size_t i = 0; i < plan_.trees.size(); ++i)
            if (plan_.trees[i].can_hold()) wanted.push_back(i);
        if (wanted.empty()) return {};
        firsts_ = TRY(first_spans(group_));
        const auto& blocks = group_.head().block_spans;
        for (std::size_t block = 0; block < blocks.size(); ++block)
            for (const std::size_t tree : wanted) {
                const Verdicts spans = TRY(plan_.trees[tree].evaluate(block));
                gather(spans.yes, block, of_trees_[tree].yes);
                gather(spans.maybe, block, of_trees_[tree].maybe);
            }
        return {};
    }

    /// Sets the traces that the spans of a block belong to.
    void gather(const column::Bitmap& spans, std::size_t block, column::Bitmap& traces) const {
        if (!spans.any()) return;
        const std::uint32_t first = group_.layout().block_first[block];
        std::size_t trace = static_cast<std::size_t>(
            std::upper_bound(firsts_.begin(), firsts_.end(), first) - firsts_.begin() - 1);
        const auto words = spans.words();
        for (std::size_t word = 0; word < words.size(); ++word) {
            for (std::uint64_t bits = words[word]; bits != 0; bits &= bits - 1) {
                const auto span = static_cast<std::uint32_t>(
                    first + word * 64 + static_cast<std::size_t>(std::countr_zero(bits)));
                while (firsts_[trace + 1] <= span) ++trace;
                traces.set(trace);
            }
        }
    }

    Verdicts combine(const TraceNode& node) const {
        const std::size_t rows = group_.facts().traces;
        switch (node.kind) {
            case TraceNode::Kind::some_span: {
                Verdicts verdicts = of_trees_[node.tree];
                if (node.is_only_needed) verdicts.yes = column::Bitmap(rows);
                return verdicts;
            }
            case TraceNode::Kind::negation: {
                Verdicts verdicts = combine(node.children.front());
                verdicts.negate();
                return verdicts;
            }
            case TraceNode::Kind::all: {
                Verdicts verdicts = Verdicts::all(rows, true);
                for (const TraceNode& child : node.children) verdicts &= combine(child);
                return verdicts;
            }
            case TraceNode::Kind::any: {
                Verdicts verdicts(rows);
                for (const TraceNode& child : node.children) verdicts |= combine(child);
                return verdicts;
            }
            case TraceNode::Kind::unknown:
                return Verdicts::all(rows, false);
        }
        ASSERT(false);
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
    std::vector<Verdicts> of_trees_;     ///< of each span tree: the traces
    std::vector<std::uint32_t> firsts_;  ///< first span of each trace, and one past the last
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

}  // namespace tomograph
