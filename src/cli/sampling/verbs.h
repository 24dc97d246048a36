#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/sampling/change_command.h"
#include "cli/sampling/list_command.h"
#include "cli/sampling/transfer_command.h"
#include "cli/sampling/trial_command.h"
#include "cli/sampling/watch_command.h"

namespace CLI {
class App;
}

namespace tomograph::cli {

/// The verbs below `tomo sampling`, with what the command line says of each.
class SamplingVerbs {
 public:
    using Run = std::function<ExitCode(ApiClient&, const Console&)>;
    struct Hooks {
        /// Adds what all verbs take, and these formats of output.
        std::function<void(CLI::App* to, std::vector<std::string> formats)> takes;
        /// Called with what is to be done once the line is parsed.
        std::function<void(Run)> run;
    };
    void add(CLI::App& to, const Console& console, const Hooks& hooks);
    void set_format(OutputFormat format);

 private:
    void add_list(CLI::App& to, const Console& console, const Hooks& hooks);
    void add_changes(CLI::App& to, const Console& console, const Hooks& hooks);
    void add_trials(CLI::App& to, const Console& console, const Hooks& hooks);
    void add_files(CLI::App& to, const Console& console, const Hooks& hooks);
    void add_watch(CLI::App& to, const Console& console, const Hooks& hooks);

    SamplingListOptions list_;
    SamplingSetOptions set_;
    SamplingRemoveOptions remove_;
    SamplingTestOptions test_;
    SamplingSimulateOptions simulate_;
    SamplingImportOptions import_;
    SamplingExportOptions export_;
    SamplingWatchOptions watch_;
};

}  // namespace tomograph::cli
