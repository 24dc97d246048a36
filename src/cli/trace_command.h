#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/api_client.h"
#include "cli/console.h"
#include "cli/output_format.h"

namespace tomograph::cli {

struct TraceOptions {
    std::string text = {};  ///< holds a trace id somewhere; "-" reads standard input
    bool is_raw = false;    ///< the documents, one a line
    bool fold = true;       ///< make one row of a run of equal calls
    OutputFormat format = OutputFormat::table;
};

ExitCode run_trace(const TraceOptions& options, ApiClient& api, const Console& console);

/// The first trace id in a text such as a log line, in the X-Ray spelling; either spelling is
/// found.
std::optional<std::string> find_trace_id(std::string_view text);

}  // namespace tomograph::cli
