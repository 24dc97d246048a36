#pragma once

#include <string>
#include <vector>

#include "base/arena.h"
#include "model/ids.h"
#include "model/span.h"

namespace tomograph {

/// What the store must know of a document without reading it.
struct SegmentHeader {
    TraceId trace_id;
    SpanId id;
    bool is_segment = true;  ///< false: an independent subsegment
    bool in_progress = false;
    Instant start;
    Instant end;  ///< latest end of any entity in the document; `start` when none has one
    std::uint32_t span_count = 1;

    auto operator<=>(const SegmentHeader&) const = default;
};

/// A decoded document: a segment, or a subsegment sent on its own, with all that it embeds.
///
/// spans  n rows >= 1 in document order, parents before children; row 0 is the document's own
/// entity. Row texts are views into `arena`, so a Segment moves but does not copy.
struct Segment {
    TraceId trace_id;
    std::vector<Span> spans;
    std::uint32_t subsegments_dropped = 0;  ///< embedded ones that broke a rule
    std::uint32_t annotations_dropped = 0;  ///< those with a key or value that cannot be indexed
    std::uint32_t links_dropped = 0;        ///< those whose ids are malformed
    Arena arena;

    const Span& own() const { return spans.front(); }
    SegmentHeader header() const;
};

}  // namespace tomograph
