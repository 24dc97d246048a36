#pragma once

#include <string>

#include "cli/api_client.h"
#include "cli/console.h"
#include "cli/output_format.h"

namespace tomograph::cli {

struct ReevaluationOptions {
    std::string name{};
    bool is_waiting = false;  ///< until it is done
    bool is_cancelling = false;
    bool err_is_tty = false;
    OutputFormat format = OutputFormat::table;
};

/// Has stored traces judged by the filter of a group; waiting, shows how far it is: `partial`
/// when it ended otherwise than done.
ExitCode run_reevaluate(const ReevaluationOptions& options, ApiClient& api, const Console& console);
/// How the last order stands.
ExitCode run_group_status(const ReevaluationOptions& options, ApiClient& api,
                          const Console& console);

}  // namespace tomograph::cli
