#include "store/part/raw_document.h"

#include <limits>

#include "base/bytes.h"
#include "store/part/arithmetic.h"

namespace tomograph {
namespace {

constexpr std::uint8_t is_segment_bit = 1;
constexpr std::uint8_t in_progress_bit = 2;

}  // namespace

std::string encode_raw_document(const Document& document) {
    const SegmentHeader& header = document.header;
    std::string bytes;
    ByteWriter writer(bytes);
    writer.fixed(header.id.value);
    writer.fixed(static_cast<std::uint8_t>((header.is_segment ? is_segment_bit : 0) |
                                           (header.in_progress ? in_progress_bit : 0)));
    writer.fixed(header.start.ns);
    writer.signed_varint(wrapping_difference(header.end.ns, header.start.ns));
    writer.varint(header.span_count);
    writer.raw(document.bytes);
    return bytes;
}

Result<Document> decode_raw_document(std::string_view bytes, TraceId trace_id) {
    ByteReader reader(bytes);
    Document document;
    SegmentHeader& header = document.header;
    header.trace_id = trace_id;
    header.id.value = reader.fixed<std::uint64_t>();
    const auto flags = reader.fixed<std::uint8_t>();
    header.is_segment = (flags & is_segment_bit) != 0;
    header.in_progress = (flags & in_progress_bit) != 0;
    header.start.ns = reader.fixed<std::int64_t>();
    header.end.ns = wrapping_sum(header.start.ns, reader.signed_varint());
    const std::uint64_t span_count = reader.varint();
    header.span_count = static_cast<std::uint32_t>(span_count);
    document.bytes = reader.raw(reader.remaining());
    if (reader.failed() || span_count == 0 ||
        span_count > std::numeric_limits<std::uint32_t>::max())
        return Error(ErrorCode::corrupt, "raw document is damaged");
    return document;
}

}  // namespace tomograph
