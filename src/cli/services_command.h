#pragma once

#include <string>

#include "cli/api_client.h"
#include "cli/console.h"
#include "cli/output_format.h"

namespace tomograph::cli {

struct ServicesOptions {
    std::string time = "15m";
    bool exit_status = false;
    OutputFormat format = OutputFormat::table;
};

/// Every service that sent segments, with its rate, errors and durations, the busiest first. From
/// the sums of the service graph: exact for all traces that were sent.
ExitCode run_services(const ServicesOptions& options, ApiClient& api, const Console& console);

}  // namespace tomograph::cli
