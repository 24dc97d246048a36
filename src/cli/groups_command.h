#pragma once

#include <string>

#include "cli/api_client.h"
#include "cli/console.h"
#include "cli/output_format.h"

namespace tomograph::cli {

struct GroupsOptions {
    std::string name;  ///< "": all of them
    OutputFormat format = OutputFormat::table;
};

/// The groups of traces by name, with their filters and whether insights watch them; or one.
ExitCode run_groups(const GroupsOptions& options, ApiClient& api, const Console& console);

}  // namespace tomograph::cli
