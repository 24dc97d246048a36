#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "store/engine/search/group_tally.h"
#include "store/engine/search/trace_trees.h"
#include "store/part/group_reader.h"

namespace tomograph {

/// What traces of a group add to a table, by the rows of their spans: the flags of the span through
/// which each came in (Trace::root), and its length from the earliest start to the latest end.
class TraceOutcomes {
 public:
    /// firsts  first span of each trace, and one past the last; borrowed
    TraceOutcomes(GroupReader& group, const std::vector<std::uint32_t>& firsts)
        : trees_(group, firsts) {}

    /// Nothing when columns do not tell: parents in a ring, or no segment without a parent.
    /// errors: corrupt, io
    Result<std::optional<Outcome>> of(std::uint32_t trace);

 private:
    TraceTrees trees_;
};

}  // namespace tomograph
