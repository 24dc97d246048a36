#include "query/request_checks.h"

#include <set>

#include "query/limits.h"

namespace tomograph {

Result<void> check_range(Instant start, Instant end) {
    if (start < end) return {};
    return Error(ErrorCode::invalid, "StartTime must be before EndTime");
}

Result<RequestedIds> read_trace_ids(const std::vector<std::string>& texts) {
    if (texts.size() > trace_ids_per_request_max)
        return Error(ErrorCode::invalid, "TraceIds holds " + std::to_string(texts.size()) +
                                             " ids, " + std::to_string(trace_ids_per_request_max) +
                                             " are allowed");
    RequestedIds ids;
    std::set<TraceId> known;
    std::set<std::string_view> malformed;
    for (const std::string& text : texts) {
        const Result<TraceId> id = parse_trace_id(text);
        if (id && known.insert(*id).second)
            ids.known_form.push_back({.id = *id, .spelling = text});
        else if (!id && malformed.insert(text).second)
            ids.malformed.push_back(text);
    }
    return ids;
}

}  // namespace tomograph
