#pragma once

#include "cli/api_client.h"
#include "cli/console.h"
#include "cli/output_format.h"

namespace tomograph::cli {

struct SamplingListOptions {
    OutputFormat format = OutputFormat::table;
};

/// The rules in the order in which they are asked, with what each took in the last minute.
ExitCode run_sampling_list(const SamplingListOptions& options, ApiClient& api,
                           const Console& console);

}  // namespace tomograph::cli
