#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "store/engine/search/group_tally.h"
#include "store/part/group_reader.h"

namespace tomograph {

/// What traces of a group add to a table, by the rows of their spans: the flags of the span through
/// which each came in (Trace::root), and its length from the earliest start to the latest end.
class TraceOutcomes {
 public:
    /// firsts  first span of each trace, and one past the last; borrowed
    TraceOutcomes(GroupReader& group, const std::vector<std::uint32_t>& firsts)
        : group_(group), firsts_(firsts) {}

    /// Nothing when columns do not tell: parents in a ring, or no segment without a parent.
    /// errors: corrupt, io
    Result<std::optional<Outcome>> of(std::uint32_t trace);

 private:
    /// One column of all spans, read when it is needed first.
    Result<void> read(GroupColumn column, std::vector<std::int64_t>& into);
    bool has_ring(std::uint32_t first, std::uint32_t end) const;
    Result<std::optional<std::uint32_t>> root_of(std::uint32_t first, std::uint32_t end);

    GroupReader& group_;
    const std::vector<std::uint32_t>& firsts_;
    std::vector<std::int64_t> flags_;
    std::vector<std::int64_t> starts_;
    std::vector<std::int64_t> durations_;
    std::vector<std::int64_t> parents_;
    std::vector<std::int64_t> ids_;
};

}  // namespace tomograph
