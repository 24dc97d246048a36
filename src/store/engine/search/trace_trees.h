#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.h"
#include "store/part/group_reader.h"

namespace tomograph {

/// Who is under whom in the traces of a group, by the rows of their spans. What it says is true of
/// traces without trace_is_irregular: there every span is once, and belongs to a segment.
///
///   TraceTrees trees(group, firsts);
///   TRY(trees.read());
///   const auto root = TRY(trees.root_of(trace));
///
/// Spans and traces are counted from the group's first.
class TraceTrees {
 public:
    /// firsts  first span of each trace, and one past the last; borrowed
    TraceTrees(GroupReader& group, const std::vector<std::uint32_t>& firsts)
        : group_(group), firsts_(firsts) {}

    /// Before all others; does nothing the second time. errors: corrupt, io
    Result<void> read();
    /// The same for those that tell of segments, parents and roots alone. Times are read when two
    /// spans could be the root.
    Result<void> read_parents();

    std::size_t traces() const { return firsts_.size() - 1; }
    std::uint32_t first(std::size_t trace) const { return firsts_[trace]; }
    std::uint32_t end(std::size_t trace) const { return firsts_[trace + 1]; }

    bool has_flag(std::uint32_t span, std::int64_t flag) const {
        return (flags_[span] & flag) != 0;
    }
    bool is_segment(std::uint32_t span) const;
    /// Nothing where the parent is not in the trace row.
    std::optional<std::uint32_t> parent_of(std::uint32_t span) const;
    /// From the start of the trace row, ns.
    std::int64_t start_of(std::uint32_t span) const { return starts_[span]; }
    std::int64_t end_of(std::uint32_t span) const;

    /// From the earliest start to the latest end.
    Duration duration_of(std::size_t trace) const;

    /// The span of Trace::root. Nothing when columns do not tell: parents in a ring, or no segment
    /// without a parent. errors: corrupt, io
    Result<std::optional<std::uint32_t>> root_of(std::size_t trace);
    /// Whether parents close a ring, which is cut by rules of its own.
    bool has_ring(std::size_t trace) const;

 private:
    Result<void> read(GroupColumn column, std::vector<std::int64_t>& into);
    Result<void> read_times();
    bool has_parent(std::uint32_t span) const;

    GroupReader& group_;
    const std::vector<std::uint32_t>& firsts_;
    std::vector<std::int64_t> flags_;
    std::vector<std::int64_t> parents_;
    std::vector<std::int64_t> starts_;
    std::vector<std::int64_t> durations_;
    std::vector<std::int64_t> ids_;  ///< read when two could be the root
};

}  // namespace tomograph
