#pragma once

#include <string>

#include "cli/api_client.h"
#include "cli/console.h"
#include "cli/output_format.h"

namespace tomograph::cli {

struct MapOptions {
    std::string time = "5m";
    bool is_watching = false;  ///< draw again every two seconds, until told to stop
    bool exit_status = false;
    OutputFormat format = OutputFormat::table;
};

ExitCode run_map(const MapOptions& options, ApiClient& api, const Console& console);

}  // namespace tomograph::cli
