#pragma once

#include <string>
#include <vector>

#include "model/ids.h"
#include "query/query_context.h"

namespace tomograph {

/// BatchGetTraces (xray-api.md §3.2).
struct BatchTracesRequest {
    std::vector<std::string> trace_ids{};  ///< either spelling; repeated ones count once
    std::string next_token{};              ///< "" asks for the first page
};

struct SegmentDocument {
    SpanId id;
    Instant start;
    std::string document;  ///< JSON
};

struct BatchTrace {
    TraceId id;
    Duration duration;
    bool limit_exceeded = false;
    std::vector<SegmentDocument> segments;  ///< callers before those they call
};

struct BatchTracesAnswer {
    std::vector<BatchTrace> traces;  ///< in the order asked for
    std::vector<std::string>
        unprocessed_trace_ids;  ///< unknown or malformed, as spelled in the request
    std::string next_token;     ///< "" at the end
};

/// Documents come back byte for byte as they were sent, but that subsegments which were sent alone
/// stand inside the segment they belong to; those whose segment is missing are entries of their
/// own, and so are inferred segments.
///
/// errors  invalid  more than trace_ids_per_request_max ids, or a bad token
///         those of TraceStore::get
Result<BatchTracesAnswer> batch_get_traces(const QueryContext& context,
                                           const BatchTracesRequest& request);

}  // namespace tomograph
