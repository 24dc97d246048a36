#pragma once

#include <cstdint>
#include <string>

#include "base/file_system.h"

namespace tomograph {

/// What <data>/VERSION says (docs/formats/data-directory.md).
struct VersionFile {
    bool exists = false;
    bool is_readable = false;
    std::uint64_t store_id = 0;
};

std::string encode_version(std::uint64_t store_id);

/// errors  invalid  a newer program made the directory; io
Result<VersionFile> read_version(FileSystem& files, const std::string& data_directory);

}  // namespace tomograph
