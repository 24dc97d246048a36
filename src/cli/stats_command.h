#pragma once

#include <string>

#include "cli/api_client.h"
#include "cli/console.h"
#include "cli/output_format.h"

namespace tomograph::cli {

struct StatsOptions {
    std::string time = "15m";
    std::string filter = {};     ///< X-Ray filter expression; "" for all
    std::string by = {};         ///< a field or an attribute; "": latencies
    std::string every = {};      ///< latencies over time, in steps: "1m"
    std::string service = {};    ///< only spans of that service
    bool counts_spans = false;   ///< of latencies: spans instead of traces
    bool counts_traces = false;  ///< of groups: traces instead of spans
    std::size_t count = 20;      ///< groups shown
    OutputFormat format = OutputFormat::table;
};

/// Counts, outcomes and percentiles: by a value, over time, or as a histogram. Partial answers are
/// said to be, and end with ExitCode::partial.
ExitCode run_stats(const StatsOptions& options, ApiClient& api, const Console& console);

}  // namespace tomograph::cli
