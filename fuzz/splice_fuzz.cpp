#include "wire/xray/splice.h"

#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "wire/xray/inferred_document.h"
#include "wire/xray/segment_decoder.h"

using namespace tomograph;

namespace {

std::uint64_t rows(const Segment& segment) {
    return segment.spans.size() + segment.subsegments_dropped;
}

/// What both documents hold is in the spliced one, unless it got too large or too deep.
void check_splice(std::string_view document, const Segment& parent, std::string_view graft,
                  const Segment& child) {
    const Graft grafts[] = {{parent.own().id, graft}};
    const auto spliced = splice_subsegments(document, grafts);
    ASSERT(spliced);
    SegmentDecoder decoder;
    const auto decoded = decoder.decode(*spliced, {});
    if (const auto* whole = std::get_if<Segment>(&decoded)) {
        ASSERT(rows(*whole) == rows(parent) + rows(child));
        return;
    }
    const auto code = std::get<Rejection>(decoded).code;
    ASSERT(code == RejectionCode::segment_too_large || code == RejectionCode::parse_error);
}

void check_inferred(std::string_view document, const Segment& segment) {
    const Span& last = segment.spans.back();
    const std::string inferred =
        inferred_document(document, last, segment.trace_id, SpanId{7}, last.name, "remote");
    SegmentDecoder decoder;
    const auto decoded = decoder.decode(inferred, {});
    if (const auto* read = std::get_if<Segment>(&decoded)) {
        ASSERT(read->own().parent_id == last.id);
    } else {
        // The name may take more bytes than the subsegment's own members did.
        ASSERT(std::get<Rejection>(decoded).code == RejectionCode::segment_too_large);
    }
}

}  // namespace

// Two documents with a zero byte between them: the second is grafted onto the first.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const std::size_t middle = text.find('\0');
    const std::string_view document = text.substr(0, middle);
    const std::string_view graft = middle == std::string_view::npos ? "" : text.substr(middle + 1);

    SegmentDecoder decoder;
    const auto parent = decoder.decode(document, {});
    const auto child = decoder.decode(graft, {});
    const auto* parent_segment = std::get_if<Segment>(&parent);
    const auto* child_segment = std::get_if<Segment>(&child);
    if (parent_segment != nullptr) check_inferred(document, *parent_segment);
    if (parent_segment != nullptr && child_segment != nullptr) {
        check_splice(document, *parent_segment, graft, *child_segment);
    }
    const Graft grafts[] = {{SpanId{1}, graft}, {SpanId{2}, graft}};
    (void)splice_subsegments(document, grafts);
    return 0;
}
