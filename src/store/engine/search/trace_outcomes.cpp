#include "store/engine/search/trace_outcomes.h"

#include <algorithm>
#include <tuple>

#include "store/part/arithmetic.h"
#include "store/part/block_column.h"
#include "store/part/part.h"

namespace tomograph {
namespace {

bool is_inside(std::int64_t parent) { return parent != parent_none && parent != parent_elsewhere; }

}  // namespace

Result<void> TraceOutcomes::read(GroupColumn column, std::vector<std::int64_t>& into) {
    if (!into.empty()) return {};
    into.reserve(group_.facts().spans);
    for (std::size_t block = 0; block < group_.head().block_spans.size(); ++block) {
        const auto values = TRY(BlockColumn::open(group_, column, block));
        const std::vector<std::int64_t> some = values.ints();
        into.insert(into.end(), some.begin(), some.end());
    }
    return {};
}

Result<std::optional<Outcome>> TraceOutcomes::of(std::uint32_t trace) {
    TRY(read(GroupColumn::span_flags, flags_));
    TRY(read(GroupColumn::span_start, starts_));
    TRY(read(GroupColumn::span_duration, durations_));
    TRY(read(GroupColumn::span_parent, parents_));
    const std::uint32_t first = firsts_[trace];
    const std::uint32_t end = firsts_[trace + 1];
    const auto root = TRY(root_of(first, end));
    if (!root) return std::optional<Outcome>();
    const auto has = [&](SpanFlag flag) { return (flags_[*root] & flag) != 0; };
    Outcome::Flags flags{
        .error = has(span_error), .throttle = has(span_throttle), .fault = has(span_fault)};
    std::int64_t earliest = starts_[first];
    std::int64_t latest = earliest;
    for (std::uint32_t span = first; span < end; ++span) {
        flags.in_progress |= (flags_[span] & span_in_progress) != 0;
        earliest = std::min(earliest, starts_[span]);
        latest = std::max(latest, wrapping_sum(starts_[span], durations_[span]));
    }
    return std::optional(Outcome(flags, Duration{wrapping_difference(latest, earliest)}));
}

/// Of the segments whose parent is nobody's the earliest; of several the longest, then the smallest
/// id.
Result<std::optional<std::uint32_t>> TraceOutcomes::root_of(std::uint32_t first,
                                                            std::uint32_t end) {
    std::optional<std::uint32_t> root;
    for (std::uint32_t span = first; span < end; ++span) {
        const bool is_entry = (flags_[span] & span_is_segment) != 0 && !is_inside(parents_[span]);
        if (!is_entry) continue;
        if (!root) {
            root = span;
            continue;
        }
        TRY(read(GroupColumn::span_id, ids_));
        const auto rank = [&](std::uint32_t at) {
            return std::tuple(starts_[at], ~wrapping_sum(starts_[at], durations_[at]),
                              static_cast<std::uint64_t>(ids_[at]));
        };
        if (rank(span) < rank(*root)) root = span;
    }
    // A ring is cut at a segment, which is an entry then.
    if (root && has_ring(first, end)) root.reset();
    return root;
}

/// A ring has a parent that stands behind its child, so few traces are looked at closely.
bool TraceOutcomes::has_ring(std::uint32_t first, std::uint32_t end) const {
    const auto parent_of = [&](std::int64_t span) {
        return span - unzigzag(parents_[static_cast<std::size_t>(span)] - 1);
    };
    for (std::int64_t span = first; span < end; ++span) {
        if (!is_inside(parents_[static_cast<std::size_t>(span)]) || parent_of(span) < span)
            continue;
        std::int64_t at = span;
        for (std::int64_t steps = end - first; is_inside(parents_[static_cast<std::size_t>(at)]);
             --steps) {
            at = parent_of(at);
            if (steps == 0 || at < first || at >= end) return true;
        }
    }
    return false;
}

}  // namespace tomograph
