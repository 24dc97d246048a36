#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/file_system.h"

namespace tomograph {

/// Bytes of a log segment that no reader understands.
struct LogDamage {
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
};

/// Checks every frame of a log segment, as replay would (docs/formats/wal.md, "Reading"): what may
/// be the torn end of the log is no damage. Holds the segment in memory.
///
/// is_newest  no later segment exists: its last group may be torn in the middle
/// errors     corrupt (no valid header), invalid (a newer format), io
Result<std::vector<LogDamage>> verify_log_segment(FileSystem& files, const std::string& path,
                                                  bool is_newest);

}  // namespace tomograph
