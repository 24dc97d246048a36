#include "wire/xray/rejection.h"

#include <fmt/format.h>

#include "base/assert.h"

namespace tomograph {

std::string_view to_text(RejectionCode code) {
    switch (code) {
        case RejectionCode::segment_too_large:
            return "SegmentTooLarge";
        case RejectionCode::parse_error:
            return "ParseError";
        case RejectionCode::missing_id:
            return "MissingId";
        case RejectionCode::invalid_id:
            return "InvalidId";
        case RejectionCode::missing_trace_id:
            return "MissingTraceId";
        case RejectionCode::invalid_trace_id:
            return "InvalidTraceId";
        case RejectionCode::missing_name:
            return "MissingName";
        case RejectionCode::invalid_name:
            return "InvalidName";
        case RejectionCode::missing_start_time:
            return "MissingStartTime";
        case RejectionCode::invalid_start_time:
            return "InvalidStartTime";
        case RejectionCode::missing_end_time:
            return "MissingEndTime";
        case RejectionCode::invalid_end_time:
            return "InvalidEndTime";
        case RejectionCode::missing_parent_id:
            return "MissingParentId";
        case RejectionCode::invalid_parent_id:
            return "InvalidParentId";
        case RejectionCode::invalid_segment:
            return "InvalidSegment";
    }
    ASSERT(false);
}

std::string rejection_message(RejectionCode code, bool is_subsegment, std::string_view sentence) {
    if (code == RejectionCode::missing_parent_id) {
        return fmt::format("Invalid subsegment. ErrorCode: {}, Cause: null ({})", to_text(code),
                           sentence);
    }
    return fmt::format("Invalid {}. ErrorCode: {}, Cause: {}",
                       is_subsegment ? "subsegment" : "segment", to_text(code), sentence);
}

}  // namespace tomograph
