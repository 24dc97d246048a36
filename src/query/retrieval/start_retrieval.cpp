#include "query/retrieval/start_retrieval.h"

#include "query/request_checks.h"

namespace tomograph {

Result<Retrieval> retrieval_of(const StartRetrievalRequest& request) {
    if (request.end < request.start)
        return Error(ErrorCode::invalid, "StartTime must not be after EndTime");
    const RequestedIds asked = TRY(read_trace_ids(request.trace_ids));
    // Unlike BatchGetTraces there is no list to say it in.
    if (!asked.malformed.empty()) {
        const Result<TraceId> id = parse_trace_id(asked.malformed.front());
        return Error(ErrorCode::invalid, "TraceIds: " + id.error().message());
    }
    Retrieval retrieval{.ids = {}, .first = request.start, .last = request.end};
    for (const RequestedIds::Asked& one : asked.known_form) retrieval.ids.push_back(one.id);
    return retrieval;
}

}  // namespace tomograph
