#pragma once

#include <string>
#include <vector>

#include "cli/api_client.h"
#include "cli/console.h"
#include "cli/output_format.h"
#include "cli/sampling/rule_flags.h"

namespace tomograph::cli {

struct SamplingSetOptions {
    std::string name{};
    RuleFlags flags{};
    bool is_dry = false;  ///< only show what would be changed
    OutputFormat format = OutputFormat::table;
};

struct SamplingRemoveOptions {
    std::vector<std::string> names{};
    OutputFormat format = OutputFormat::table;
};

/// Makes the rule, or changes what the flags say of the one that is there.
ExitCode run_sampling_set(const SamplingSetOptions& options, ApiClient& api,
                          const Console& console);
/// Removes rules; none of them when one is not there.
ExitCode run_sampling_remove(const SamplingRemoveOptions& options, ApiClient& api,
                             const Console& console);

}  // namespace tomograph::cli
