#pragma once

#include <string>

#include "cli/api_client.h"
#include "cli/console.h"
#include "cli/output_format.h"

namespace tomograph::cli {

struct InsightsOptions {
    std::string time = "1d";
    std::string group = {};  ///< "": every group
    std::string kind = {};   ///< "": every kind
    bool only_active = false;
    bool exit_status = false;
    OutputFormat format = OutputFormat::table;
};

struct InsightOptions {
    std::string id = {};
    OutputFormat format = OutputFormat::table;
};

/// What was unusual in that time, the newest first.
ExitCode run_insights(const InsightsOptions& options, ApiClient& api, const Console& console);
/// One insight with its services and its events.
ExitCode run_insight(const InsightOptions& options, ApiClient& api, const Console& console);

}  // namespace tomograph::cli
