#pragma once

#include "wire/xray/segment_decoder.h"

namespace tomograph {

/// "Invalid segment. ErrorCode: MissingEndTime, Cause: <sentence>". X-Ray's own text of a
/// subsegment without a parent ends in "Cause: null"; the sentence follows it in brackets.
std::string rejection_message(RejectionCode code, bool is_subsegment, std::string_view sentence);

}  // namespace tomograph
