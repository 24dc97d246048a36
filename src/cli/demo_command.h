#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/api_client.h"
#include "cli/console.h"

namespace tomograph::cli {

struct DemoOptions {
    std::optional<double> traces_per_second;  ///< absent: 5 live, 0.5 in a backfill
    std::string xray_address = {};            ///< "": AWS_XRAY_DAEMON_ADDRESS, else 127.0.0.1:2000
    std::optional<double> seconds;            ///< absent: until a signal
    std::optional<std::uint64_t> seed;        ///< absent: another story each time
    bool once = false;                        ///< send a number of traces and end
    std::uint64_t traces = 20;                ///< how many with `once`
    std::string backfill = {};  ///< "6h": traces spread over that past; always over the API
    bool over_api = false;      ///< with `once`: PutTraceSegments instead of UDP
};

ExitCode run_demo(const DemoOptions& options, ApiClient& api, const Console& console);

}  // namespace tomograph::cli
