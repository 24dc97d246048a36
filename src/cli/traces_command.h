#pragma once

#include <cstddef>
#include <string>

#include "cli/api_client.h"
#include "cli/console.h"
#include "cli/output_format.h"

namespace tomograph::cli {

struct TracesOptions {
    std::string time = "15m";
    std::string filter = {};   ///< X-Ray filter expression; "" for all
    std::size_t count = 20;    ///< newest ones shown; 0: all
    bool only_errors = false;  ///< those with a fault, an error or a throttle
    std::string slow = {};     ///< those that took at least that long: "500ms"
    bool exit_status = false;
    OutputFormat format = OutputFormat::table;
};

ExitCode run_traces(const TracesOptions& options, ApiClient& api, const Console& console);

}  // namespace tomograph::cli
