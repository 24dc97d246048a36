#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/time.h"

namespace tomograph {

/// Files of a backup that are not there, or shorter, are noticed by this list
/// (docs/formats/backup.md).
inline constexpr std::string_view backup_list_name = "BACKUP";

struct BackupFile {
    std::string path;  ///< below the backup's directory
    std::uint64_t bytes = 0;
    std::optional<std::uint32_t> crc32c;  ///< of files that were copied, not linked
};

struct BackupList {
    std::uint64_t store_id = 0;
    Instant taken;
    std::vector<BackupFile> files;
};

std::string encode_backup_list(const BackupList& list);

/// errors  invalid (a newer program wrote it), corrupt
Result<BackupList> decode_backup_list(const std::string& text);

/// errors  not_found: not a backup; as decode_backup_list, io
Result<BackupList> read_backup_list(FileSystem& files, const std::string& directory);

}  // namespace tomograph
