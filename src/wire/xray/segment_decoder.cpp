#include "wire/xray/segment_decoder.h"

#include <fmt/format.h>

#include <algorithm>

#include "wire/json/json_index.h"
#include "wire/json/utf8.h"
#include "wire/limits.h"
#include "wire/xray/entity_reader.h"
#include "wire/xray/rejection.h"
#include "wire/xray/row_rules.h"
#include "wire/xray/validity.h"

namespace tomograph {
namespace {

// A subsegment takes some 300 bytes of text: one allocation for the rows of a usual document.
constexpr std::size_t bytes_per_span = 256;
constexpr std::size_t spans_reserved_max = 32;

Rejection unreadable(RejectionCode code, std::string_view sentence) {
    return {.id = {}, .code = code, .message = rejection_message(code, false, sentence)};
}

Rejection refused(const BrokenRule& broken, const EntityFacts& facts) {
    Rejection rejection{
        .id = {},
        .code = broken.code,
        .message = rejection_message(broken.code, facts.is_subsegment, broken.sentence)};
    if (facts.id.is_present && facts.id.is_string) {
        rejection.id = std::string(cut_characters(facts.id.text, rejected_id_characters_max));
    }
    return rejection;
}

}  // namespace

struct SegmentDecoder::Buffers {
    JsonIndex index;
    std::string scratch;
    std::vector<ReadAnnotation> annotations;
};

SegmentDecoder::SegmentDecoder() : buffers_(std::make_unique<Buffers>()) {}
SegmentDecoder::~SegmentDecoder() = default;

std::variant<Segment, Rejection> SegmentDecoder::decode(
    std::string_view json, const std::optional<AcceptanceWindow>& window) {
    const std::size_t bytes_max = window ? window->bytes_max : document_bytes_max;
    if (json.size() > bytes_max) {
        return unreadable(RejectionCode::segment_too_large,
                          fmt::format("the document has {} bytes, and at most {} are accepted",
                                      json.size(), bytes_max));
    }
    auto cursor = buffers_->index.read(json);
    if (!cursor) return unreadable(RejectionCode::parse_error, cursor.error().message());
    if (cursor->kind() != JsonKind::object) {
        return unreadable(RejectionCode::parse_error, "the document is not a JSON object");
    }

    Segment segment;
    segment.spans.reserve(std::min(json.size() / bytes_per_span + 1, spans_reserved_max));
    EntityReader reader({*cursor, segment.arena, buffers_->scratch, buffers_->annotations},
                        segment);
    const EntityFacts facts = reader.read_own();
    if (!cursor->failed() && !cursor->at_end()) cursor->fail("something follows the document");
    if (cursor->failed()) return unreadable(RejectionCode::parse_error, cursor->failure());

    if (const auto broken =
            check_own(facts, window, segment.arena, segment.trace_id, segment.spans.front())) {
        return refused(*broken, facts);
    }
    drop_far_rows(segment);
    join_rows(segment);
    return segment;
}

}  // namespace tomograph
