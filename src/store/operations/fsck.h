#pragma once

#include <string>
#include <vector>

#include "base/file_system.h"
#include "store/operations/progress.h"
#include "store/operations/verify.h"

namespace tomograph {

struct FsckReport {
    VerifyReport found;
    std::vector<std::string> repairs;  ///< what was done, a sentence each

    bool is_sound() const { return found.damage.empty(); }
    /// Some file serves but for a block: no repair brings that back.
    bool has_bad_blocks() const;
};

/// Checks a data directory that no server uses, and repairs it when asked: what cannot be used goes
/// to quarantine/, a lost manifest is made again from the parts, a damaged VERSION is written
/// again. Nothing is deleted. A part with a damaged block stays: its other blocks serve.
///
/// errors  conflict (a server has the directory), and those of verify_store(); limit, io
Result<FsckReport> fsck_store(FileSystem& files, const std::string& directory, bool repair,
                              const StoreProgressCall& progress);

}  // namespace tomograph
