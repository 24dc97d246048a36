#pragma once

#include <string>

#include "cli/console.h"

namespace tomograph {

/// What the verbs that look after stores take. Empty texts: not given.
struct StoreVerbOptions {
    std::string directory;  ///< the verb's own: destination, backup, what to verify
    std::string data_dir;
    std::string endpoint;
    std::string previous;
    bool repair = false;
    bool err_is_tty = false;
};

// One file each.
cli::ExitCode run_backup(const StoreVerbOptions& options, const cli::Console& console);
cli::ExitCode run_restore(const StoreVerbOptions& options, const cli::Console& console);
cli::ExitCode run_verify(const StoreVerbOptions& options, const cli::Console& console);
cli::ExitCode run_fsck(const StoreVerbOptions& options, const cli::Console& console);
cli::ExitCode run_compact(const StoreVerbOptions& options, const cli::Console& console);

}  // namespace tomograph
