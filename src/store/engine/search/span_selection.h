#pragma once

#include <cstdint>
#include <vector>

#include "column/bitmap.h"
#include "model/predicate.h"
#include "store/part/group_reader.h"

namespace tomograph {

/// Spans of some traces of a group that are to be counted, and which of those traces are.
class SpanSelection {
 public:
    /// All spans of these traces; those with trace_is_irregular are left out. errors: corrupt, io
    static Result<SpanSelection> of(GroupReader& group, const column::Bitmap& traces);

    /// Leaves those that the predicate holds for; traces with a span of which columns do not tell
    /// are left out. errors: corrupt, io
    Result<void> keep(const Predicate& predicate);
    /// A selected span is not told by columns: its trace is left out. By the span's number.
    void leave_out(std::uint32_t span);

    bool has_span(std::uint32_t span) const { return spans_[span] != 0; }
    /// Whether some span of the block may be selected.
    bool has_block(std::size_t block) const { return blocks_[block] != 0; }
    const column::Bitmap& traces() const { return traces_; }
    /// The first span of each trace, and one past the last.
    const std::vector<std::uint32_t>& firsts() const { return firsts_; }

 private:
    SpanSelection(GroupReader& group, column::Bitmap traces)
        : group_(&group), traces_(std::move(traces)) {}

    GroupReader* group_;
    column::Bitmap traces_;
    std::vector<std::uint32_t> firsts_;
    std::vector<std::uint8_t> spans_;  ///< a byte each: tested once a span, in the tightest loop
    std::vector<std::uint8_t> blocks_;
};

}  // namespace tomograph
