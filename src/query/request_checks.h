#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/ids.h"

namespace tomograph {

/// errors  invalid  "StartTime must be before EndTime"
Result<void> check_range(Instant start, Instant end);

/// Ids of a request, each once, in order; those that are no trace ids at all apart.
struct RequestedIds {
    struct Asked {
        TraceId id;
        std::string spelling;  ///< as first sent
    };
    std::vector<Asked> known_form;
    std::vector<std::string> malformed;
};

/// errors  invalid  more than trace_ids_per_request_max of them
Result<RequestedIds> read_trace_ids(const std::vector<std::string>& texts);

}  // namespace tomograph
