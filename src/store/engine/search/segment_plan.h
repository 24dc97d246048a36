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
    bool can_hold(Side side) const {
        return root_.can_hold([&](std::size_t leaf) { return can_hold(leaves_[leaf], side); });
    }
    /// trees   that were read; of traces with a ring nothing is said
    /// errors  corrupt, io
    Result<Verdicts> evaluate(Side side, const TraceTrees& trees);

 private:
    struct Leaf {
        Condition condition;  ///< unless is_some_span
        SpanPlan spans;       ///< of a field of the caller's: what is asked of the caller
        bool is_some_span = false;
        std::optional<Verdicts> of_spans{};
    };

    VerdictTree grow(const Predicate& predicate);
    bool can_hold(const Leaf& leaf, Side side) const;
    Result<Verdicts> evaluate_leaf(Leaf& leaf, Side side, const TraceTrees& trees);
    Result<Verdicts> of_spans(Leaf& leaf);
    Result<Verdicts> of_work(Leaf& leaf, const TraceTrees& trees);
    Result<Verdicts> of_callers(Leaf& leaf, const TraceTrees& trees);
    Result<Verdicts> of_derived(const Leaf& leaf, const TraceTrees& trees) const;

    std::deque<Leaf> leaves_;
    VerdictTree root_;
    GroupReader* group_ = nullptr;
};

}  // namespace tomograph
