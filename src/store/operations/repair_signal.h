#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"
#include "store/operations/verify.h"

namespace tomograph {

/// Whether the path, below a data directory, lies in the folder of a signal.
bool is_of_signal(std::string_view path);

/// Moves a file that cannot be used to quarantine/, or notes that it is missing.
Result<void> put_aside(FileSystem& files, const std::string& directory, const Damage& damage,
                       std::vector<std::string>& repairs);

/// Repairs the folder of a signal (docs/formats/signal.md) by what verify_store() found in it: what
/// cannot be used goes to quarantine/, a lost manifest is made again from the parts.
///
/// repairs  what was done is added
/// errors   io, limit
Result<void> repair_signal(FileSystem& files, const std::string& directory, std::string_view signal,
                           const std::vector<Damage>& damage, std::vector<std::string>& repairs);

}  // namespace tomograph
