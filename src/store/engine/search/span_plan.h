#pragma once

#include <deque>
#include <string>
#include <vector>

#include "store/engine/search/span_leaf.h"
#include "store/engine/search/verdict_tree.h"

namespace tomograph {

/// A predicate of Scope::span made ready for columns: which spans of a group it holds for. What is
/// not a matter of columns is maybe.
///
///   TRY(plan.start(group, filter));
///   if (plan.can_hold()) … TRY(plan.evaluate(block)) …
///
/// Holds state of the group at hand: one per thread.
class SpanPlan {
 public:
    /// predicate  borrowed for the call
    explicit SpanPlan(const Predicate& predicate);

    /// errors  corrupt, io
    Result<void> start(GroupReader& group, std::string_view filter);
    /// Whether it may hold for some span of the group.
    bool can_hold() const {
        return root_.can_hold([&](std::size_t leaf) { return can_pass_[leaf]; });
    }
    /// Of each span of a block, in order. errors: corrupt, io
    Result<Verdicts> evaluate(std::size_t block);
    /// Of each span of the group; none holds where it cannot.
    Result<Verdicts> evaluate_all();

 private:
    std::deque<SpanLeaf> leaves_;
    VerdictTree root_;
    GroupReader* group_ = nullptr;
    std::vector<bool> can_pass_;  ///< of each leaf
};

/// The group's filter; empty when it is damaged: it only saves work. errors: io
Result<std::string> read_filter(GroupReader& group);

}  // namespace tomograph
