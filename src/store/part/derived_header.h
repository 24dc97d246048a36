#pragma once

#include <algorithm>
#include <span>

#include "model/document.h"
#include "store/part/arithmetic.h"
#include "store/part/part.h"

namespace tomograph {

inline Instant end_of(const SpanRow& span) {
    return {wrapping_sum(span.start.ns, span.duration.ns)};
}

/// The header of a document, as the rows of its spans tell it, the own one first. The writer takes
/// a document apart only where this is its header; so the reader needs no other.
inline SegmentHeader derived_header(TraceId trace_id, std::span<const SpanRow> spans) {
    const SpanRow& own = spans.front();
    SegmentHeader header{.trace_id = trace_id,
                         .id = own.id,
                         .is_segment = (own.flags & span_is_segment) != 0,
                         .in_progress = (own.flags & span_in_progress) != 0,
                         .start = own.start,
                         .end = own.start,
                         .span_count = static_cast<std::uint32_t>(spans.size())};
    for (const SpanRow& span : spans) header.end = std::max(header.end, end_of(span));
    return header;
}

}  // namespace tomograph
