#include "store/engine/search/trace_leaf.h"

#include "model/attribute.h"
#include "store/engine/search/span_plan.h"
#include "store/part/block_column.h"
#include "store/part/limits.h"
#include "store/part/part.h"

namespace tomograph {
namespace {

/// What makes Span::expects_downstream true, and a little more: any value there.
Predicate may_announce_downstream() {
    const std::string http =
        std::string("http") + path_separator + "request" + path_separator + "traced";
    std::vector<Predicate> either;
    for (const std::string& path : {std::string("traced"), http})
        either.push_back(tomograph::condition({.field = {}, .path = path}, IsSet{}));
    return any_of(std::move(either));
}

Result<Verdicts> partial_traces(GroupReader& group, const Test& test) {
    Verdicts verdicts(group.facts().traces);
    for (std::size_t block = 0; block < group.head().trace_block_spans.size(); ++block) {
        const auto flags = TRY(BlockColumn::open(group, GroupColumn::trace_flags, block));
        for (std::size_t i = 0; i < flags.values(); ++i)
            if (passes_boolean(test,
                               (flags.number(i) & (trace_is_partial | trace_limit_exceeded)) != 0))
                verdicts.yes.set(block * trace_block_rows + i);
    }
    verdicts.maybe = verdicts.yes;
    return verdicts;
}

Verdicts traces_with_inferred(const Test& test, const TraceTrees& trees,
                              const Verdicts& inferring) {
    Verdicts with(trees.traces());
    for (std::size_t trace = 0; trace < trees.traces(); ++trace) {
        for (std::uint32_t span = trees.first(trace); span < trees.end(trace); ++span) {
            if (inferring.yes.test(span)) with.yes.set(trace);
            if (inferring.maybe.test(span)) with.maybe.set(trace);
        }
        if (!trees.has_ring(trace)) continue;
        with.yes.clear(trace);
        with.maybe.set(trace);
    }
    const bool passes_with = passes_boolean(test, true);
    const bool passes_without = passes_boolean(test, false);
    if (passes_with && passes_without) return Verdicts::all(trees.traces(), true);
    if (!passes_with && !passes_without) return Verdicts(trees.traces());
    if (passes_without) with.negate();
    return with;
}

}  // namespace

Result<Verdicts> inferring_spans(GroupReader& group, std::string_view filter,
                                 const TraceTrees& trees) {
    SpanPlan announces(may_announce_downstream());
    TRY(announces.start(group, filter));
    Verdicts inferring = TRY(announces.evaluate_all());
    inferring.yes = column::Bitmap(inferring.yes.rows());
    column::Bitmap is_answered(inferring.yes.rows());
    for (std::size_t trace = 0; trace < trees.traces(); ++trace) {
        for (std::uint32_t span = trees.first(trace); span < trees.end(trace); ++span) {
            if (!trees.is_segment(span)) {
                if (!trees.has_flag(span, span_aws | span_remote | span_sql)) continue;
                inferring.yes.set(span);
                inferring.maybe.set(span);
            } else {
                is_answered.set(span);
                if (const auto caller = trees.parent_of(span)) is_answered.set(*caller);
            }
        }
    }
    is_answered.flip();
    inferring.yes &= is_answered;
    inferring.maybe &= is_answered;
    return inferring;
}

Result<Verdicts> judge_trace_field(GroupReader& group, const Condition& condition,
                                   const TraceTrees& trees, const Verdicts& inferring) {
    const Test& test = condition.test;
    Verdicts verdicts(trees.traces());
    switch (condition.subject.field) {
        case Field::partial:
            return partial_traces(group, test);
        case Field::inferred:
            return traces_with_inferred(test, trees, inferring);
        case Field::duration:
            for (std::size_t trace = 0; trace < trees.traces(); ++trace)
                if (passes_number(test, Decimal::of(trees.duration_of(trace).ns, -9)))
                    verdicts.yes.set(trace);
            break;
        case Field::span_count:
            for (std::size_t trace = 0; trace < trees.traces(); ++trace)
                if (passes_number(test, Decimal::of(trees.end(trace) - trees.first(trace))))
                    verdicts.yes.set(trace);
            break;
        case Field::in_progress:
            for (std::size_t trace = 0; trace < trees.traces(); ++trace) {
                bool is_in_progress = false;
                for (std::uint32_t span = trees.first(trace); span < trees.end(trace); ++span)
                    is_in_progress |= trees.has_flag(span, span_in_progress);
                if (passes_boolean(test, is_in_progress)) verdicts.yes.set(trace);
            }
            break;
        default:
            verdicts.maybe.fill();
            return verdicts;
    }
    verdicts.maybe = verdicts.yes;
    return verdicts;
}

}  // namespace tomograph
