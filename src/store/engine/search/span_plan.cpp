#include "store/engine/search/span_plan.h"

#include "store/engine/search/span_field.h"

namespace tomograph {

Result<std::string> read_filter(GroupReader& group) {
    auto filter = group.filter();
    if (!filter && filter.error().code() == ErrorCode::corrupt) return std::string();
    return filter;
}

SpanPlan::SpanPlan(const Predicate& predicate) {
    root_ = VerdictTree::of(predicate, [this](const Predicate& inside) -> VerdictTree {
        if (inside.kind != Predicate::Kind::condition) return {};
        const Subject& subject = inside.condition.subject;
        if (!subject.is_attribute() && !has_span_column(subject.field)) return {};
        leaves_.emplace_back(inside.condition);
        return VerdictTree::of_leaf(leaves_.size() - 1);
    });
}

Result<void> SpanPlan::start(GroupReader& group, std::string_view filter) {
    group_ = &group;
    can_pass_.clear();
    for (SpanLeaf& leaf : leaves_) {
        const bool can_pass = TRY(leaf.start(group, filter));
        can_pass_.push_back(can_pass);
    }
    return {};
}

Result<Verdicts> SpanPlan::evaluate_all() {
    Verdicts verdicts(group_->facts().spans);
    if (!can_hold()) return verdicts;
    for (std::size_t block = 0; block < group_->head().block_spans.size(); ++block) {
        const Verdicts some = TRY(evaluate(block));
        const std::size_t first = group_->layout().block_first[block];
        some.yes.each([&](std::size_t span) { verdicts.yes.set(first + span); });
        some.maybe.each([&](std::size_t span) { verdicts.maybe.set(first + span); });
    }
    return verdicts;
}

Result<Verdicts> SpanPlan::evaluate(std::size_t block) {
    const std::size_t rows = group_->head().block_spans[block];
    return root_.evaluate(rows, [&](std::size_t leaf) -> Result<Verdicts> {
        if (!can_pass_[leaf]) return Verdicts(rows);
        return leaves_[leaf].evaluate(block);
    });
}

}  // namespace tomograph
