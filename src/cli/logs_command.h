#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/api_client.h"
#include "cli/console.h"
#include "cli/output_format.h"

namespace tomograph::cli {

struct LogsOptions {
    std::vector<std::string> texts = {};  ///< each in the line; case does not matter
    std::string trace = {};               ///< a trace id, or a text that holds one
    std::vector<std::string> services = {};
    std::string severity = {};                 ///< at least that: "warn"
    std::vector<std::string> attributes = {};  ///< key=value
    std::string time = {};                     ///< "": 15m, or when the trace was
    std::size_t count = 0;  ///< the newest so many, else 100; of --follow: end after, else never
    bool follow = false;
    OutputFormat format = OutputFormat::table;
};

/// Prints log lines, the oldest of those found first; or those that come in, until the process is
/// told to end.
ExitCode run_logs(const LogsOptions& options, ApiClient& api, const Console& console);

}  // namespace tomograph::cli
