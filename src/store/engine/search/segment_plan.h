#pragma once

#include <deque>
#include <optional>
#include <string_view>
#include <vector>

#include "store/engine/search/span_plan.h"
#include "store/engine/search/trace_trees.h"

namespace tomograph {

/// A predicate of Scope::root or Scope::segment made ready for columns: of each span of a group
/// whether it holds for the segment that the span is, or for the one that is inferred from it. Who
/// is such a span is another matter: what is said of the others means nothing.
///
///   TRY(plan.start(group, filter));
///   if (plan.can_hold(side)) … TRY(plan.evaluate(side, trees)) …
///
/// Holds state of the group at hand: one per thread.
class SegmentPlan {
 public:
    enum class Side : std::uint8_t { sent, inferred };

    /// predicate  borrowed for the call
    explicit SegmentPlan(const Predicate& predicate);

    /// errors  corrupt, io
    Result<void> start(GroupReader& group, std::string_view filter);
    /// Whether it may hold for some segment of the group.
    bool can_hold(Side side) const { return can_hold(root_, side); }
    /// trees   that were read; of traces with a ring nothing is said
    /// errors  corrupt, io
    Result<Verdicts> evaluate(Side side, const TraceTrees& trees) {
        return evaluate(root_, side, trees);
    }

 private:
    struct Node {
        enum class Kind : std::uint8_t { all, any, negation, leaf, some_span, unknown };
        Kind kind = Kind::unknown;
        std::vector<Node> children;
        std::size_t leaf = 0;  ///< index into leaves_
    };
    struct Leaf {
        Condition condition;  ///< not of some_span
        SpanPlan spans;       ///< of a field of the caller's: what is asked of the caller
        std::optional<Verdicts> of_spans{};
    };

    Node compile(const Predicate& predicate);
    bool can_hold(const Node& node, Side side) const;
    Result<Verdicts> evaluate(const Node& node, Side side, const TraceTrees& trees);
    Result<Verdicts> evaluate_leaf(Leaf& leaf, Side side, const TraceTrees& trees);
    Result<Verdicts> of_spans(Leaf& leaf);
    Result<Verdicts> of_work(Leaf& leaf, const TraceTrees& trees);
    Result<Verdicts> of_callers(Leaf& leaf, const TraceTrees& trees);
    Result<Verdicts> of_derived(const Leaf& leaf, const TraceTrees& trees) const;

    std::deque<Leaf> leaves_;
    Node root_;
    GroupReader* group_ = nullptr;
};

}  // namespace tomograph
