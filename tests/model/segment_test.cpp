#include "model/segment.h"

#include <doctest/doctest.h>

#include "model/document.h"

namespace tomograph {

TEST_CASE("a header spans the latest end of any entity") {
    Segment segment;
    segment.trace_id = {1, 2};
    segment.spans.resize(2);
    segment.spans[0].id = {7};
    segment.spans[0].is_segment = true;
    segment.spans[0].start = Instant::from_seconds(10);
    segment.spans[0].end = Instant::from_seconds(11);
    segment.spans[1].end = Instant::from_seconds(15);
    const SegmentHeader header = segment.header();
    CHECK(header.trace_id == TraceId{1, 2});
    CHECK(header.id == SpanId{7});
    CHECK(header.is_segment);
    CHECK_FALSE(header.in_progress);
    CHECK(header.start == Instant::from_seconds(10));
    CHECK(header.end == Instant::from_seconds(15));
    CHECK(header.span_count == 2);
}

TEST_CASE("a complete document beats one in progress; among equals the later wins") {
    const auto stored = [](std::uint64_t lsn, bool in_progress) {
        StoredDocument document;
        document.lsn = {lsn};
        document.document.header.in_progress = in_progress;
        return document;
    };
    CHECK(replaces(stored(1, false), stored(2, true)));
    CHECK_FALSE(replaces(stored(2, true), stored(1, false)));
    CHECK(replaces(stored(2, true), stored(1, true)));
    CHECK_FALSE(replaces(stored(1, false), stored(2, false)));
}

}  // namespace tomograph
