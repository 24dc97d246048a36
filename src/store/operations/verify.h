#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "store/operations/progress.h"

namespace tomograph {

/// What is wrong with one file.
struct Damage {
    std::string file;          ///< below the directory
    std::string what;          ///< section and offset, where there are such
    bool is_unusable = false;  ///< nothing of the file can be read: a start would set it aside
};

struct VerifyReport {
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
    std::vector<Damage> damage;
    /// Parts that no manifest names: left by an unfinished publication or removal; the next start
    /// removes them.
    std::vector<std::string> unlisted;
};

/// Reads every file of a data directory or a backup from end to end and checks all that has a
/// checksum. Changes nothing. No server may use the directory meanwhile.
///
/// errors  not_found (no such directory, or nothing of a store in it), invalid (made by a newer
///         program), cancelled, io
Result<VerifyReport> verify_store(FileSystem& files, const std::string& directory,
                                  const StoreProgressCall& progress);

}  // namespace tomograph
