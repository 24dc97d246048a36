#pragma once

#include <optional>
#include <string>

#include "base/time.h"
#include "cli/json.h"
#include "cli/status.h"

namespace tomograph::cli {

/// A trace in a list, as GetTraceSummaries gives it.
struct TraceSummaryRow {
    std::string id;
    Instant start;
    Duration duration;
    std::string entry;  ///< name of the service that it came in by
    std::string method;
    std::string url;
    std::optional<int> http_status;
    StatusFlags flags;
    std::size_t services = 0;
    std::string json;  ///< as the server gave it
};

TraceSummaryRow read_trace_summary(Json summary);

/// "POST /checkout": without scheme, host and query.
std::string request_text(const TraceSummaryRow& row);

}  // namespace tomograph::cli
