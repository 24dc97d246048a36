#pragma once

#include <string>

#include "base/file_system.h"
#include "store/operations/progress.h"

namespace tomograph {

struct RestoreReport {
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
};

/// Makes a data directory from a backup, all of it or nothing. The backup is verified first, and
/// stays as it is: nothing is shared with it.
///
/// directory  must not exist, or be empty
/// errors     corrupt (the backup is damaged: what, and where), conflict (there is something in the
///            directory), not_found (not a backup), invalid (made by a newer program), cancelled,
///            io, limit
Result<RestoreReport> restore_store(FileSystem& files, const std::string& backup,
                                    const std::string& directory,
                                    const StoreProgressCall& progress);

}  // namespace tomograph
