#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "query/retrieval/retrievals.h"

namespace tomograph {

/// StartTraceRetrieval (xray-api.md §3.8).
struct StartRetrievalRequest {
    std::vector<std::string> trace_ids{};  ///< either spelling; repeated ones count once
    Instant start;                         ///< both ends are part of the range
    Instant end;
};

/// What begins then: the traces that have any activity in the range; whole ones.
///
/// errors  invalid  StartTime is after EndTime; something is no trace id; more than
///                  trace_ids_per_request_max of them
Result<Retrieval> retrieval_of(const StartRetrievalRequest& request);

}  // namespace tomograph
