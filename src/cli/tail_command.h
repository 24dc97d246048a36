#pragma once

#include <string>

#include "cli/api_client.h"
#include "cli/console.h"
#include "cli/output_format.h"

namespace tomograph::cli {

struct TailOptions {
    std::string filter = {};   ///< X-Ray filter expression; "" for all
    std::size_t count = 0;     ///< end after so many; 0: never
    bool only_errors = false;  ///< those with a fault, an error or a throttle anywhere
    std::string slow = {};     ///< those that took at least that long: "500ms"
    OutputFormat format = OutputFormat::table;
};

/// Prints traces as they come in, until the process is told to end.
ExitCode run_tail(const TailOptions& options, ApiClient& api, const Console& console);

}  // namespace tomograph::cli
