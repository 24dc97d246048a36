#include "store/engine/search/trace_trees.h"

#include <algorithm>
#include <tuple>

#include "store/part/arithmetic.h"
#include "store/part/block_column.h"
#include "store/part/part.h"

namespace tomograph {

Result<void> TraceTrees::read(GroupColumn column, std::vector<std::int64_t>& into) {
    if (!into.empty()) return {};
    std::vector<std::int64_t> values(group_.facts().spans);
    std::span<std::int64_t> left = values;
    for (std::size_t block = 0; block < group_.head().block_spans.size(); ++block) {
        const auto some = TRY(BlockColumn::open(group_, column, block));
        if (some.values() > left.size()) return group_.damaged("a column has too many values");
        some.ints(left.first(some.values()));
        left = left.subspan(some.values());
    }
    if (!left.empty()) return group_.damaged("a column has not all spans");
    into = std::move(values);
    return {};
}

Result<void> TraceTrees::read() {
    TRY(read_parents());
    return read_times();
}

Result<void> TraceTrees::read_parents() {
    TRY(read(GroupColumn::span_flags, flags_));
    return read(GroupColumn::span_parent, parents_);
}

Result<void> TraceTrees::read_times() {
    TRY(read(GroupColumn::span_start, starts_));
    return read(GroupColumn::span_duration, durations_);
}

bool TraceTrees::is_segment(std::uint32_t span) const { return has_flag(span, span_is_segment); }

bool TraceTrees::has_parent(std::uint32_t span) const {
    return parents_[span] != parent_none && parents_[span] != parent_elsewhere;
}

std::optional<std::uint32_t> TraceTrees::parent_of(std::uint32_t span) const {
    if (!has_parent(span)) return std::nullopt;
    const std::int64_t parent = wrapping_difference(span, unzigzag(parents_[span] - 1));
    if (parent < 0 || parent >= static_cast<std::int64_t>(flags_.size())) return std::nullopt;
    return static_cast<std::uint32_t>(parent);
}

std::int64_t TraceTrees::end_of(std::uint32_t span) const {
    return wrapping_sum(starts_[span], durations_[span]);
}

Duration TraceTrees::duration_of(std::size_t trace) const {
    std::int64_t earliest = start_of(first(trace));
    std::int64_t latest = earliest;
    for (std::uint32_t span = first(trace); span < end(trace); ++span) {
        earliest = std::min(earliest, start_of(span));
        latest = std::max(latest, end_of(span));
    }
    return Duration{wrapping_difference(latest, earliest)};
}

/// Of the segments whose parent is nobody's the earliest; of several the longest, then the smallest
/// id.
Result<std::optional<std::uint32_t>> TraceTrees::root_of(std::size_t trace) {
    std::optional<std::uint32_t> root;
    for (std::uint32_t span = first(trace); span < end(trace); ++span) {
        if (!is_segment(span) || has_parent(span)) continue;
        if (!root) {
            root = span;
            continue;
        }
        TRY(read_times());
        TRY(read(GroupColumn::span_id, ids_));
        const auto rank = [&](std::uint32_t at) {
            return std::tuple(start_of(at), ~end_of(at), static_cast<std::uint64_t>(ids_[at]));
        };
        if (rank(span) < rank(*root)) root = span;
    }
    // A ring is cut at a segment, which is an entry then.
    if (root && has_ring(trace)) root.reset();
    return root;
}

/// A ring has a parent that stands behind its child, so few traces are looked at closely. A parent
/// outside of the trace, which only damage has, counts as one.
bool TraceTrees::has_ring(std::size_t trace) const {
    for (std::uint32_t span = first(trace); span < end(trace); ++span) {
        if (!has_parent(span)) continue;
        const auto parent = parent_of(span);
        if (parent && *parent < span && *parent >= first(trace)) continue;
        std::uint32_t at = span;
        for (std::uint32_t steps = end(trace) - first(trace); has_parent(at); --steps) {
            const auto next = parent_of(at);
            if (steps == 0 || !next || *next < first(trace) || *next >= end(trace)) return true;
            at = *next;
        }
    }
    return false;
}

}  // namespace tomograph
