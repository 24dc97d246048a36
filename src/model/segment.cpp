#include "model/segment.h"

#include <algorithm>

namespace tomograph {

SegmentHeader Segment::header() const {
    const Span& first = own();
    SegmentHeader header{.trace_id = trace_id,
                         .id = first.id,
                         .is_segment = first.is_segment,
                         .in_progress = first.in_progress,
                         .start = first.start,
                         .end = first.end,
                         .span_count = static_cast<std::uint32_t>(spans.size())};
    for (const Span& span : spans) header.end = std::max(header.end, span.end);
    return header;
}

}  // namespace tomograph
