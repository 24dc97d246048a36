#include "store/engine/search/column_judge.h"

#include <algorithm>
#include <bit>
#include <deque>
#include <utility>

#include "store/engine/search/span_leaf.h"
#include "store/part/block_column.h"
#include "store/part/limits.h"

namespace tomograph {
namespace {

/// A tree over spans: what must hold for one span.
struct SpanNode {
    enum class Kind : std::uint8_t { all, any, negation, leaf, unknown };
    Kind kind = Kind::unknown;
    std::vector<SpanNode> children;
    std::size_t leaf = 0;  ///< index into the plan's leaves
};

/// A tree over traces.
struct TraceNode {
    enum class Kind : std::uint8_t { all, any, negation, some_span, unknown };
    Kind kind = Kind::unknown;
    std::vector<TraceNode> children;
    std::size_t tree = 0;         ///< index into the plan's span trees
    bool is_only_needed = false;  ///< some_span: without such a span it does not hold; with one,
                                  ///< who knows
};

bool has_columns(const Condition& condition) {
    if (condition.subject.is_attribute()) return true;
    switch (condition.subject.field) {
        case Field::name:
        case Field::service:
        case Field::duration:
        case Field::response_time:
        case Field::status:
        case Field::ok:
        case Field::error:
        case Field::fault:
        case Field::throttle:
        case Field::in_progress:
        case Field::inferred:
        case Field::segment:
        case Field::aws:
        case Field::remote:
        case Field::sql:
            return true;
        default:
            return false;
    }
}

/// What a predicate asks of columns.
struct Plan {
    std::deque<SpanLeaf> leaves;
    std::vector<SpanNode> trees;
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
                return some_span(span(inside), false);
            case Scope::root:
            case Scope::segment:
            case Scope::call:
                return needed(inside);
            default:
                return {};
        }
    }

    TraceNode some_span(SpanNode tree, bool is_only_needed) {
        plan_.trees.push_back(std::move(tree));
        return {.kind = TraceNode::Kind::some_span,
                .children = {},
                .tree = plan_.trees.size() - 1,
                .is_only_needed = is_only_needed};
    }

    SpanNode span(const Predicate& predicate) {
        SpanNode node;
        switch (predicate.kind) {
            case Predicate::Kind::all:
                node.kind = SpanNode::Kind::all;
                break;
            case Predicate::Kind::any:
                node.kind = SpanNode::Kind::any;
                break;
            case Predicate::Kind::negation:
                node.kind = SpanNode::Kind::negation;
                break;
            case Predicate::Kind::condition:
                return leaf(predicate.condition);
            default:
                return node;
        }
        for (const Predicate& child : predicate.children) node.children.push_back(span(child));
        return node;
    }

    SpanNode leaf(const Condition& condition) {
        if (!has_columns(condition)) return {};
        plan_.leaves.emplace_back(condition);
        return {.kind = SpanNode::Kind::leaf, .children = {}, .leaf = plan_.leaves.size() - 1};
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
                    return some_span(span(predicate.children.front()), true);
                return needed(predicate.children.front());
            case Predicate::Kind::condition: {
                const Subject& subject = predicate.condition.subject;
                const bool is_of_a_span = subject.is_attribute() || subject.field == Field::error ||
                                          subject.field == Field::fault ||
                                          subject.field == Field::throttle ||
                                          subject.field == Field::status;
                if (!is_of_a_span) return {};
                return some_span(leaf(predicate.condition), true);
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
        const std::string filter = TRY(read_filter());
        for (SpanLeaf& leaf : plan_.leaves) {
            const bool can_pass = TRY(leaf.start(group_, filter));
            can_pass_.push_back(can_pass);
        }
        of_trees_.assign(plan_.trees.size(), Verdicts(group_.facts().traces));
        TRY(evaluate_trees());
        const Verdicts verdicts = combine(plan_.root);
        return told(verdicts);
    }

 private:
    Result<std::string> read_filter() {
        auto filter = group_.filter();
        // It only saves work.
        if (!filter && filter.error().code() == ErrorCode::corrupt) return std::string();
        return filter;
    }

    /// Whether some span may pass, as far as the leaves' starts tell.
    bool can_hold(const SpanNode& node) const {
        switch (node.kind) {
            case SpanNode::Kind::all:
                for (const SpanNode& child : node.children)
                    if (!can_hold(child)) return false;
                return true;
            case SpanNode::Kind::any:
                for (const SpanNode& child : node.children)
                    if (can_hold(child)) return true;
                return false;
            case SpanNode::Kind::leaf:
                return can_pass_[node.leaf];
            default:
                return true;
        }
    }

    Result<void> evaluate_trees() {
        std::vector<std::size_t> wanted;
        for (std::size_t i = 0; i < plan_.trees.size(); ++i)
            if (can_hold(plan_.trees[i])) wanted.push_back(i);
        if (wanted.empty()) return {};
        TRY(read_trace_spans());
        const auto& blocks = group_.head().block_spans;
        for (std::size_t block = 0; block < blocks.size(); ++block)
            for (const std::size_t tree : wanted) {
                const Verdicts spans = TRY(evaluate(plan_.trees[tree], block));
                gather(spans.yes, block, of_trees_[tree].yes);
                gather(spans.maybe, block, of_trees_[tree].maybe);
            }
        return {};
    }

    Result<void> read_trace_spans() {
        firsts_.clear();
        const std::size_t blocks = group_.head().trace_block_spans.size();
        for (std::size_t block = 0; block < blocks; ++block) {
            const auto some = TRY(group_.trace_spans(block));
            firsts_.insert(firsts_.end(), some->begin(), some->end() - 1);
        }
        firsts_.push_back(group_.facts().spans);
        return {};
    }

    Result<Verdicts> evaluate(const SpanNode& node, std::size_t block) {
        const std::size_t rows = group_.head().block_spans[block];
        switch (node.kind) {
            case SpanNode::Kind::leaf:
                if (!can_pass_[node.leaf]) return Verdicts(rows);
                return plan_.leaves[node.leaf].evaluate(block);
            case SpanNode::Kind::negation: {
                Verdicts verdicts = TRY(evaluate(node.children.front(), block));
                verdicts.negate();
                return verdicts;
            }
            case SpanNode::Kind::all: {
                Verdicts verdicts = Verdicts::all(rows, true);
                for (const SpanNode& child : node.children) {
                    const Verdicts next = TRY(evaluate(child, block));
                    verdicts &= next;
                    if (!verdicts.maybe.any()) break;
                }
                return verdicts;
            }
            case SpanNode::Kind::any: {
                Verdicts verdicts(rows);
                for (const SpanNode& child : node.children) {
                    const Verdicts next = TRY(evaluate(child, block));
                    verdicts |= next;
                }
                return verdicts;
            }
            case SpanNode::Kind::unknown:
                return Verdicts::all(rows, false);
        }
        ASSERT(false);
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
        for (std::size_t block = 0; block < group_.head().trace_block_spans.size(); ++block) {
            const auto flags = TRY(BlockColumn::open(group_, GroupColumn::trace_flags, block));
            for (std::size_t i = 0; i < flags.values(); ++i)
                if ((flags.number(i) & trace_is_irregular) != 0)
                    rows[block * trace_block_rows + i] = Verdict::unknown;
        }
        return rows;
    }

    Plan& plan_;
    GroupReader& group_;
    std::vector<bool> can_pass_;         ///< of each leaf
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
