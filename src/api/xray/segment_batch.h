#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/error.h"

namespace tomograph {

/// The documents of a PutTraceSegments body, unescaped.
struct SegmentBatch {
    /// Valid until the next read on this thread. A string that is not valid text is "".
    std::vector<std::string_view> documents;
    std::shared_ptr<void> buffers;  ///< of a large body
};

/// Reads `{"TraceSegmentDocuments": ["…", …]}`, the hot path of intake: one pass, no copy but the
/// unescaped texts, in buffers that each thread keeps.
///
/// body     not null-terminated text; may be given spare capacity, its content stays
/// refusal  as JsonRequest
/// cost     about 0.6 us per kB, most of it unescaping (api_bench, read_batch)
std::optional<ApiError> read_segment_batch(std::string& body, SegmentBatch& batch);

}  // namespace tomograph
