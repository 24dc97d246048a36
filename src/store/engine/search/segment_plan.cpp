#include "store/engine/search/segment_plan.h"

#include <algorithm>
#include <array>

#include "store/part/arithmetic.h"
#include "store/part/block_column.h"
#include "store/part/part.h"
#include "trace/trace.h"

namespace tomograph {
namespace {

/// Fields of a node of the service graph, which an inferred one does not have of its span.
bool is_of_node(const Subject& subject) {
    return !subject.is_attribute() &&
           (subject.field == Field::service || subject.field == Field::service_type ||
            subject.field == Field::account);
}

/// What is the same for every segment of a side.
std::optional<bool> constant(const Subject& subject, SegmentPlan::Side side) {
    const bool is_inferred = side == SegmentPlan::Side::inferred;
    if (subject.is_attribute()) return std::nullopt;
    if (subject.field == Field::segment) return true;
    if (subject.field == Field::inferred) return is_inferred;
    if (subject.field == Field::entry && is_inferred) return false;
    return std::nullopt;
}

Condition asked_of_span(const Condition& condition) {
    Condition asked = condition;
    if (!asked.subject.is_attribute() && asked.subject.field == Field::called_as)
        asked.subject.field = Field::name;
    return asked;
}

Verdicts told(column::Bitmap yes) {
    Verdicts verdicts(0);
    verdicts.yes = yes;
    verdicts.maybe = std::move(yes);
    return verdicts;
}

/// The segment whose work a span is; nothing where columns do not tell: a subsegment inside of one
/// without an id.
std::optional<std::uint32_t> owner_of(const TraceTrees& trees, std::size_t trace,
                                      std::uint32_t span) {
    for (std::uint32_t steps = trees.end(trace) - trees.first(trace); steps > 0; --steps) {
        if (trees.is_segment(span)) return span;
        const auto parent = trees.parent_of(span);
        if (!parent || *parent < trees.first(trace) || *parent >= trees.end(trace)) break;
        span = *parent;
    }
    return std::nullopt;
}

/// What is inferred from a call of that name and kind.
ServiceKey service_called(std::string_view name, std::int64_t kind, std::string_view resource) {
    Span call;
    call.name = name;
    call.name_space = kind == span_aws ? SpanNamespace::aws : SpanNamespace::remote;
    call.has_sql = kind == span_sql;
    call.aws.table_name = call.aws.queue_url = resource;
    call.aws.bucket_name = call.aws.function_name = call.aws.account_id = resource;
    return inferred_service(call);
}

std::string_view field_of(const ServiceKey& service, Field field) {
    if (field == Field::service) return service.name;
    return field == Field::service_type ? service.type : service.account_id;
}

}  // namespace

SegmentPlan::SegmentPlan(const Predicate& predicate) {
    root_ = VerdictTree::of(predicate, [this](const Predicate& inside) { return grow(inside); });
}

VerdictTree SegmentPlan::grow(const Predicate& predicate) {
    if (predicate.kind == Predicate::Kind::condition) {
        const Predicate asked =
            condition(asked_of_span(predicate.condition).subject, predicate.condition.test);
        leaves_.push_back({.condition = predicate.condition, .spans = SpanPlan(asked)});
    } else if (predicate.kind == Predicate::Kind::some && predicate.scope == Scope::span) {
        leaves_.push_back(
            {.condition = {}, .spans = SpanPlan(predicate.children.front()), .is_some_span = true});
    } else {
        return {};
    }
    return VerdictTree::of_leaf(leaves_.size() - 1);
}

Result<void> SegmentPlan::start(GroupReader& group, std::string_view filter) {
    group_ = &group;
    for (Leaf& leaf : leaves_) {
        leaf.of_spans.reset();
        TRY(leaf.spans.start(group, filter));
    }
    return {};
}

bool SegmentPlan::can_hold(const Leaf& leaf, Side side) const {
    if (leaf.is_some_span) return side == Side::sent && leaf.spans.can_hold();
    if (const auto value = constant(leaf.condition.subject, side))
        return passes_boolean(leaf.condition.test, *value);
    if (side == Side::inferred && is_of_node(leaf.condition.subject)) return true;
    return leaf.spans.can_hold();
}

Result<Verdicts> SegmentPlan::evaluate(Side side, const TraceTrees& trees) {
    return root_.evaluate(group_->facts().spans, [&](std::size_t leaf) {
        return evaluate_leaf(leaves_[leaf], side, trees);
    });
}

Result<Verdicts> SegmentPlan::evaluate_leaf(Leaf& leaf, Side side, const TraceTrees& trees) {
    const Subject& subject = leaf.condition.subject;
    const std::size_t rows = group_->facts().spans;
    if (leaf.is_some_span)
        return side == Side::sent ? of_work(leaf, trees) : Result<Verdicts>(Verdicts(rows));
    if (const auto value = constant(subject, side))
        return passes_boolean(leaf.condition.test, *value) ? Verdicts::all(rows, true)
                                                           : Verdicts(rows);
    if (side == Side::inferred)
        return is_of_node(subject) ? of_derived(leaf, trees) : of_spans(leaf);
    if (subject.is_attribute()) return of_spans(leaf);
    if (subject.field == Field::called_as) return of_callers(leaf, trees);
    if (subject.field == Field::duration) return of_work(leaf, trees);
    if (subject.field != Field::entry) return of_spans(leaf);
    column::Bitmap passing(rows);
    for (std::uint32_t span = 0; span < rows; ++span)
        if (passes_boolean(leaf.condition.test, !trees.parent_of(span))) passing.set(span);
    return told(std::move(passing));
}

Result<Verdicts> SegmentPlan::of_spans(Leaf& leaf) {
    if (!leaf.of_spans) leaf.of_spans = TRY(leaf.spans.evaluate_all());
    return *leaf.of_spans;
}

/// Of each segment, by the spans of its work: how long until the last of them ends, or whether one
/// of them has what is asked.
Result<Verdicts> SegmentPlan::of_work(Leaf& leaf, const TraceTrees& trees) {
    const bool is_duration =
        !leaf.condition.subject.is_attribute() && leaf.condition.subject.field == Field::duration;
    const std::size_t rows = group_->facts().spans;
    Verdicts spans(0);
    std::vector<std::int64_t> ends;
    if (is_duration) {
        ends.reserve(rows);
        for (std::uint32_t span = 0; span < rows; ++span) ends.push_back(trees.end_of(span));
    } else {
        spans = TRY(of_spans(leaf));
    }
    Verdicts work(rows);
    for (std::size_t trace = 0; trace < trees.traces(); ++trace) {
        bool is_clear = true;
        for (std::uint32_t span = trees.first(trace); span < trees.end(trace); ++span) {
            const auto owner = owner_of(trees, trace, span);
            is_clear &= owner.has_value();
            if (!owner) continue;
            if (is_duration) {
                ends[*owner] = std::max(ends[*owner], ends[span]);
                continue;
            }
            if (spans.yes.test(span)) work.yes.set(*owner);
            if (spans.maybe.test(span)) work.maybe.set(*owner);
        }
        for (std::uint32_t span = trees.first(trace); span < trees.end(trace); ++span) {
            if (is_duration && trees.is_segment(span) &&
                passes_number(
                    leaf.condition.test,
                    Decimal::of(wrapping_difference(ends[span], trees.start_of(span)), -9))) {
                work.yes.set(span);
                work.maybe.set(span);
            }
            if (is_clear) continue;
            if (is_duration) work.yes.clear(span);
            work.maybe.set(span);
        }
    }
    return work;
}

/// By the name of the subsegment that called.
Result<Verdicts> SegmentPlan::of_callers(Leaf& leaf, const TraceTrees& trees) {
    const Verdicts names = TRY(of_spans(leaf));
    Verdicts verdicts(names.yes.rows());
    for (std::uint32_t span = 0; span < verdicts.yes.rows(); ++span) {
        if (!trees.is_segment(span)) continue;
        const auto caller = trees.parent_of(span);
        if (!caller || trees.is_segment(*caller)) continue;
        if (names.yes.test(*caller)) verdicts.yes.set(span);
        if (names.maybe.test(*caller)) verdicts.maybe.set(span);
    }
    return verdicts;
}

/// By what is inferred from the name and kind of a call. An AWS resource may give its own name:
/// then nobody knows here.
Result<Verdicts> SegmentPlan::of_derived(const Leaf& leaf, const TraceTrees& trees) const {
    const Field field = leaf.condition.subject.field;
    Verdicts verdicts(group_->facts().spans);
    for (std::size_t block = 0; block < group_->head().block_spans.size(); ++block) {
        const auto names = TRY(BlockColumn::open(*group_, GroupColumn::span_name, block));
        const std::uint32_t first = group_->layout().block_first[block];
        for (const std::int64_t kind : std::array<std::int64_t, 3>{span_aws, span_sql, 0}) {
            const auto is_open = [&](std::string_view name) {
                return field_of(service_called(name, kind, ""), field) !=
                       field_of(service_called(name, kind, "?"), field);
            };
            const column::Bitmap open = names.match(is_open);
            const column::Bitmap passing = names.match([&](std::string_view name) {
                const ServiceKey service = service_called(name, kind, "");
                const std::string_view text = field_of(service, field);
                return !text.empty() && passes_text(leaf.condition.test, text);
            });
            for (std::uint32_t i = 0; i < names.values(); ++i) {
                const bool is_aws = trees.has_flag(first + i, span_aws);
                const bool is_sql = trees.has_flag(first + i, span_sql);
                if ((is_aws ? span_aws : is_sql ? span_sql : 0) != kind) continue;
                if (open.test(i) || passing.test(i)) verdicts.maybe.set(first + i);
                if (!open.test(i) && passing.test(i)) verdicts.yes.set(first + i);
            }
        }
    }
    return verdicts;
}

}  // namespace tomograph
