#include "store/part/v1/documents.h"

#include <limits>

#include "store/part/arithmetic.h"

namespace tomograph::part_v1 {
namespace {

constexpr std::uint8_t record_is_segment = 1;
constexpr std::uint8_t record_in_progress = 2;

}  // namespace

Result<StoredDocument> read_document(ByteReader& reader, TraceId trace_id) {
    StoredDocument stored;
    SegmentHeader& header = stored.document.header;
    header.trace_id = trace_id;
    stored.lsn.value = reader.varint();
    header.id.value = reader.fixed<std::uint64_t>();
    const auto flags = reader.fixed<std::uint8_t>();
    header.is_segment = (flags & record_is_segment) != 0;
    header.in_progress = (flags & record_in_progress) != 0;
    header.start.ns = reader.fixed<std::int64_t>();
    header.end.ns = wrapping_sum(header.start.ns, reader.signed_varint());
    const std::uint64_t span_count = reader.varint();
    header.span_count = static_cast<std::uint32_t>(span_count);
    stored.document.bytes = reader.text();
    if (reader.failed() || span_count > std::numeric_limits<std::uint32_t>::max())
        return Error(ErrorCode::corrupt, "document record is damaged");
    return stored;
}

}  // namespace tomograph::part_v1
