#pragma once

#include <cstdint>
#include <string>

#include "base/file_system.h"
#include "store/operations/progress.h"

namespace tomograph {

/// Copies files and tells how far it is.
class FileCopier {
 public:
    FileCopier(FileSystem& files, StoreProgressCall progress)
        : files_(files), progress_(std::move(progress)) {}

    void expect(std::uint64_t bytes) { state_.total_bytes += bytes; }
    /// Bytes that needed no copying. errors: cancelled
    Result<void> skip(std::uint64_t bytes);

    /// The first `size` bytes of `from` as the new file `to`, synced (not its directory).
    /// returns  crc32c of the bytes
    /// errors   corrupt (`from` is shorter), cancelled, conflict, io, limit
    Result<std::uint32_t> copy(const std::string& from, const std::string& to, std::uint64_t size);

 private:
    FileSystem& files_;
    StoreProgressCall progress_;
    StoreProgress state_;
};

/// Removes a directory and all below it; fine when it is not there. errors: io
Result<void> remove_tree(FileSystem& files, const std::string& path);

/// Every file below the directory, as paths relative to it, sorted. errors: io
Result<std::vector<std::string>> list_tree(FileSystem& files, const std::string& directory);

/// "/a" of "/a/b", "." of "b".
std::string parent_path(const std::string& path);

}  // namespace tomograph
