#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/time.h"
#include "model/segment.h"
#include "wire/limits.h"

namespace tomograph {

/// Why a document was refused (segment-documents.md §9), spelled as the ErrorCode on the wire.
enum class RejectionCode {
    segment_too_large,
    parse_error,
    missing_id,
    invalid_id,
    missing_trace_id,
    invalid_trace_id,
    missing_name,
    invalid_name,
    missing_start_time,
    invalid_start_time,
    missing_end_time,
    invalid_end_time,
    missing_parent_id,
    invalid_parent_id,
    invalid_segment,
};

/// "MissingTraceId" and the like.
std::string_view to_text(RejectionCode code);

struct Rejection {
    std::optional<std::string> id;  ///< the document's id as sent, when it could be read
    RejectionCode code;
    std::string message;  ///< "Invalid segment. ErrorCode: MissingEndTime, Cause: …": one sentence
};

/// What is outside of this is refused; absent: any time goes, and every size up to
/// document_bytes_max (documents that were accepted before).
struct AcceptanceWindow {
    Instant now;
    Duration past_max = Duration::days(30);
    Duration future_max = Duration::hours(24);
    std::size_t bytes_max = segment_bytes_max;
};

/// Reads X-Ray segment documents. Holds buffers that are reused: keep one per thread.
class SegmentDecoder {
 public:
    SegmentDecoder();
    ~SegmentDecoder();

    /// One JSON object: a segment, or a subsegment on its own (segment-documents.md §1 to §3, §6).
    ///
    /// json    UTF-8; borrowed for the call only
    /// errors  the first rule broken, in the order of §9
    /// cost    about 1 us per kB
    std::variant<Segment, Rejection> decode(std::string_view json,
                                            const std::optional<AcceptanceWindow>& window);

 private:
    struct Buffers;
    std::unique_ptr<Buffers> buffers_;
};

}  // namespace tomograph
