#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/log_record.h"

namespace tomograph {

/// What a request for logs brought.
struct LogsRequest {
    LogBatch batch;
    std::size_t rejected = 0;  ///< lines that cannot be kept
    std::string why;           ///< the first of them
};

struct LogBounds {
    Instant received;  ///< the time of a line that has none
    std::size_t line_bytes_max = 0;
    std::size_t attributes_max = 0;
    std::size_t bytes_max = 0;  ///< of all lines, and of what is said of each of their streams
};

/// An ExportLogsServiceRequest or LogsData in protobuf (otlp.md §2). Ids of a wrong length are
/// none; those that only the text names are found (wire/logs/line_facts.h).
///
/// errors  invalid  the bytes are no such message, or hold more than otlp_messages_max or the
/// bounds cost    some 1 us a line
Result<LogsRequest> read_logs_request(std::string_view bytes, const LogBounds& bounds);

/// The same message from OTLP's JSON. errors: invalid
Result<std::string> logs_request_of_json(std::string_view json);

}  // namespace tomograph
