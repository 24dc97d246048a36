#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/api_client.h"
#include "cli/console.h"
#include "cli/output_format.h"
#include "cli/sampling/rule_flags.h"

namespace tomograph::cli {

struct SamplingTestOptions {
    std::string method_or_target{};  ///< GET, or the target where nothing follows
    std::string target{};            ///< /pay, or https://shop.example/pay
    RuleFlags request{};             ///< service, type, host, method, path, arn and attributes
    std::string file{};              ///< of draft rules; "": none
    bool only_file = false;          ///< those and Default, no others
    std::string expected{};          ///< ExitCode::nothing_matched unless that rule decides
    OutputFormat format = OutputFormat::table;
};

struct SamplingSimulateOptions {
    std::string file{};  ///< of draft rules; "": none
    std::string name{};  ///< of a draft that the flags describe; "": none
    RuleFlags flags{};
    bool only_drafts = false;
    std::string time = "15m";
    std::string filter{};
    std::optional<double> price{};  ///< of a million traces
    OutputFormat format = OutputFormat::table;
};

/// The body of a question about drafts: `inside` (members with a comma at the end, or "") and them.
std::string draft_body(const std::string& inside, const std::vector<SamplingRule>& drafts,
                       bool is_alone);

/// Which rule decides on a request, and why those before it do not.
ExitCode run_sampling_test(const SamplingTestOptions& options, ApiClient& api,
                           const Console& console);
/// What rules would have done to the traces that are stored, beside those in force.
ExitCode run_sampling_simulate(const SamplingSimulateOptions& options, ApiClient& api,
                               const Console& console);

}  // namespace tomograph::cli
