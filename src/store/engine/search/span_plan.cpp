#include "store/engine/search/span_plan.h"

#include <algorithm>

#include "store/engine/search/span_field.h"

namespace tomograph {

Result<std::string> read_filter(GroupReader& group) {
    auto filter = group.filter();
    if (!filter && filter.error().code() == ErrorCode::corrupt) return std::string();
    return filter;
}

SpanPlan::SpanPlan(const Predicate& predicate) { root_ = compile(predicate); }

SpanPlan::Node SpanPlan::compile(const Predicate& predicate) {
    Node node;
    switch (predicate.kind) {
        case Predicate::Kind::all:
            node.kind = Node::Kind::all;
            break;
        case Predicate::Kind::any:
            node.kind = Node::Kind::any;
            break;
        case Predicate::Kind::negation:
            node.kind = Node::Kind::negation;
            break;
        case Predicate::Kind::condition:
            return compile_leaf(predicate.condition);
        default:
            return node;
    }
    for (const Predicate& child : predicate.children) node.children.push_back(compile(child));
    return node;
}

SpanPlan::Node SpanPlan::compile_leaf(const Condition& condition) {
    const Subject& subject = condition.subject;
    if (!subject.is_attribute() && !has_span_column(subject.field)) return {};
    leaves_.emplace_back(condition);
    return {.kind = Node::Kind::leaf, .children = {}, .leaf = leaves_.size() - 1};
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

/// As far as the leaves' starts tell.
bool SpanPlan::can_hold(const Node& node) const {
    const auto child_can = [&](const Node& child) { return can_hold(child); };
    switch (node.kind) {
        case Node::Kind::all:
            return std::all_of(node.children.begin(), node.children.end(), child_can);
        case Node::Kind::any:
            return std::any_of(node.children.begin(), node.children.end(), child_can);
        case Node::Kind::leaf:
            return can_pass_[node.leaf];
        default:
            return true;
    }
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

Result<Verdicts> SpanPlan::evaluate(const Node& node, std::size_t block) {
    const std::size_t rows = group_->head().block_spans[block];
    switch (node.kind) {
        case Node::Kind::leaf:
            if (!can_pass_[node.leaf]) return Verdicts(rows);
            return leaves_[node.leaf].evaluate(block);
        case Node::Kind::negation: {
            Verdicts verdicts = TRY(evaluate(node.children.front(), block));
            verdicts.negate();
            return verdicts;
        }
        case Node::Kind::all: {
            Verdicts verdicts = Verdicts::all(rows, true);
            for (const Node& child : node.children) {
                const Verdicts next = TRY(evaluate(child, block));
                verdicts &= next;
                if (!verdicts.maybe.any()) break;
            }
            return verdicts;
        }
        case Node::Kind::any: {
            Verdicts verdicts(rows);
            for (const Node& child : node.children) {
                const Verdicts next = TRY(evaluate(child, block));
                verdicts |= next;
            }
            return verdicts;
        }
        case Node::Kind::unknown:
            return Verdicts::all(rows, false);
    }
    ASSERT(false);
}

}  // namespace tomograph
