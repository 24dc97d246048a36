#pragma once

#include <cstdint>

#include "cli/api_client.h"
#include "cli/console.h"
#include "cli/output_format.h"

namespace tomograph::cli {

struct SamplingWatchOptions {
    std::uint64_t count = 0;  ///< end after so many windows; 0: never
    OutputFormat format = OutputFormat::table;
};

/// What each rule takes, as programs report it: on a terminal a picture that is drawn again, else
/// lines for each ten seconds when they are over.
ExitCode run_sampling_watch(const SamplingWatchOptions& options, ApiClient& api,
                            const Console& console);

}  // namespace tomograph::cli
