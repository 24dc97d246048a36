#pragma once

#include <string>

#include "cli/api_client.h"
#include "cli/console.h"
#include "cli/output_format.h"
#include "cli/sampling/rule_file.h"

namespace tomograph::cli {

struct SamplingImportOptions {
    std::string path{};
    LocalDefaults local{};
    bool removes_others = false;  ///< rules that the file does not have go
    bool is_dry = false;
    OutputFormat format = OutputFormat::table;
};

struct SamplingExportOptions {
    std::string kind = "full";  ///< or "local", "local-1"
    LocalOptions local{};
};

/// Makes the rules of a file, all of which the server looks at before the first is changed.
ExitCode run_sampling_import(const SamplingImportOptions& options, ApiClient& api,
                             const Console& console);
/// Writes the rules to standard output; ExitCode::partial when the format cannot say all.
ExitCode run_sampling_export(const SamplingExportOptions& options, ApiClient& api,
                             const Console& console);

}  // namespace tomograph::cli
