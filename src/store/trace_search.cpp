#include "store/trace_search.h"

#include <fmt/format.h>

#include "store/comparison.h"

namespace tomograph {
namespace {

constexpr std::int64_t second_ns = Duration::seconds(1).ns;

}  // namespace

std::int64_t step_of(const GroupQuery& query, std::int64_t trace_second) {
    const std::int64_t step = query.step.ns / second_ns;
    const std::int64_t past = (trace_second % step + step) % step;
    return trace_second - past;
}

Scalar step_value(std::int64_t step) {
    return to_scalar({ScalarKind::number, std::to_string(step)});
}

Result<void> check(const GroupQuery& query) {
    if (query.spans) TRY(check(*query.spans, Scope::span));
    if (!query.is_by_time()) return check(condition(query.by, IsSet{}), Scope::span);
    if (query.step.ns < second_ns || query.step.ns % second_ns != 0)
        return Error(ErrorCode::invalid, "the step must be whole seconds, at least one");
    return {};
}

Result<void> check(const ComparisonQuery& query) {
    if (query.sides.empty() || query.sides.size() > SideCounts().size())
        return Error(ErrorCode::invalid, "one or two selections are compared");
    if (query.subjects.empty() || query.subjects.size() > comparison_subjects_max)
        return Error(ErrorCode::invalid,
                     fmt::format("from 1 to {} subjects are compared", comparison_subjects_max));
    for (const SharedPredicate& side : query.sides)
        if (side) TRY(check(*side));
    for (const Subject& subject : query.subjects)
        TRY(check(condition(subject, IsSet{}), Scope::span));
    return {};
}

}  // namespace tomograph
