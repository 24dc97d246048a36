#pragma once

#include <string>

#include "cli/api_client.h"
#include "cli/console.h"
#include "cli/output_format.h"

namespace tomograph::cli {

struct TraceDoctorOptions {
    std::string text = {};  ///< holds a trace id somewhere
    std::string span = {};  ///< "": the whole trace
    OutputFormat format = OutputFormat::table;
};

struct MapDoctorOptions {
    std::string name = {};
    std::string callee = {};  ///< "": the node, no edge
    std::string time = "15m";
    OutputFormat format = OutputFormat::table;
};

/// Why a trace or a span is missing or odd, and why a node or an edge of the map: a line for each
/// finding, the spans that prove it, and what to do. ExitCode::unhealthy when something is missing.
ExitCode run_trace_doctor(const TraceDoctorOptions& options, ApiClient& api,
                          const Console& console);
ExitCode run_map_doctor(const MapDoctorOptions& options, ApiClient& api, const Console& console);

}  // namespace tomograph::cli
