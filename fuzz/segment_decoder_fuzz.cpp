#include "wire/xray/segment_decoder.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "wire/json/json_index.h"
#include "wire/limits.h"
#include "wire/xray/attributes.h"
#include "wire/xray/entity_outline.h"
#include "wire/xray/summary_document.h"

using namespace tomograph;

namespace {

/// Whether the text is one JSON object, by the way that converts nothing.
bool is_json_object(std::string_view text) {
    static JsonIndex index;
    auto json = index.read(text);
    if (!json || json->kind() != JsonKind::object) return false;
    json->skip();
    return json->at_end();
}

void check_rows(const Segment& segment) {
    ASSERT(!segment.spans.empty());
    const Span& own = segment.own();
    ASSERT(own.parent_row == -1 && !segment.trace_id.is_zero());
    for (std::size_t row = 0; row < segment.spans.size(); ++row) {
        const Span& span = segment.spans[row];
        ASSERT(!span.id.is_none() && !span.name.empty());
        ASSERT(span.start <= span.end && span.end - span.start <= time_spread_max);
        ASSERT(span.start - own.start <= time_spread_max &&
               own.start - span.start <= time_spread_max);
        ASSERT(!span.in_progress || span.start == span.end);
        if (row == 0) continue;
        ASSERT(span.parent_row >= 0 && static_cast<std::size_t>(span.parent_row) < row);
        ASSERT(span.parent_id == segment.spans[static_cast<std::size_t>(span.parent_row)].id);
        ASSERT(!span.is_segment);
    }
}

/// Every row tells its name; none that is not there tells anything.
void check_attributes(std::string_view text, const Segment& segment) {
    static AttributeReader reader;
    std::vector<bool> is_named(segment.spans.size());
    const auto read = reader.visit(
        text, segment, [&](std::uint32_t row, std::string_view path, const ScalarView&) {
            ASSERT(row < is_named.size() && path.size() <= attribute_path_bytes_max);
            if (path == "name") is_named[row] = true;
        });
    ASSERT(read);
    ASSERT(std::find(is_named.begin(), is_named.end(), false) == is_named.end());
}

/// The summary has the same rows, as far as the columns of a span and the service graph go.
void check_summary(const Segment& segment) {
    static SegmentDecoder decoder;
    const std::string summary = summary_document(segment);
    if (summary.size() > segment_bytes_max) return;  // of times like 1e9
    const auto decoded = decoder.decode(summary, {});
    const auto* again = std::get_if<Segment>(&decoded);
    ASSERT(again != nullptr && again->header() == segment.header());
    for (std::size_t row = 0; row < segment.spans.size(); ++row) {
        const Span& a = segment.spans[row];
        const Span& b = again->spans[row];
        ASSERT(a.id == b.id && a.parent_id == b.parent_id && a.parent_row == b.parent_row);
        ASSERT(a.start == b.start && a.end == b.end && a.in_progress == b.in_progress);
        ASSERT(a.error == b.error && a.fault == b.fault && a.throttle == b.throttle);
        ASSERT(a.is_segment == b.is_segment && a.name == b.name && a.name_space == b.name_space);
        ASSERT(a.http.status == b.http.status && a.has_sql == b.has_sql);
        if (a.is_segment)
            ASSERT(a.origin == b.origin && a.aws.account_id == b.aws.account_id &&
                   a.links.size() == b.links.size());
        else
            ASSERT(a.expects_downstream == b.expects_downstream);
        if (a.is_segment || a.name_space != SpanNamespace::aws) continue;
        ASSERT(a.aws.account_id == b.aws.account_id && a.aws.table_name == b.aws.table_name &&
               a.aws.queue_url == b.aws.queue_url && a.aws.bucket_name == b.aws.bucket_name &&
               a.aws.function_name == b.aws.function_name);
    }
    ASSERT(summary_document(*again) == summary);
}

}  // namespace

// Any bytes. What is accepted obeys the rules of the rows and is JSON to every reader of ours; what
// is refused as a ParseError is JSON to none.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    static SegmentDecoder decoder;
    const auto decoded = decoder.decode(text, {});
    if (const auto* segment = std::get_if<Segment>(&decoded)) {
        check_rows(*segment);
        check_attributes(text, *segment);
        check_summary(*segment);
        ASSERT(is_json_object(text));
        const auto entities = outline(text);
        ASSERT(entities && entities->size() >= segment->spans.size());
        ASSERT(entities->front().id == segment->own().id);
        const auto again = decoder.decode(text, {});
        ASSERT(std::get<Segment>(again).header() == segment->header());
    } else {
        const auto code = std::get<Rejection>(decoded).code;
        if (code == RejectionCode::segment_too_large) return 0;
        ASSERT(is_json_object(text) == (code != RejectionCode::parse_error));
    }
    decoder.decode(text, AcceptanceWindow{.now = Instant::from_seconds(1'700'000'000)});
    return 0;
}
