#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tomograph {

/// An open file. Reads and writes are at an offset, whole or an error. Threads: any, one writer at
/// a time.
class File {
 public:
    virtual ~File() = default;

    /// Exactly `size` bytes from `offset`. errors: corrupt when the file ends before, io.
    virtual Result<std::string> read(std::uint64_t offset, std::size_t size) = 0;
    /// All of `bytes` at `offset`. errors: limit when the disk is full, io.
    virtual Result<void> write(std::uint64_t offset, std::string_view bytes) = 0;
    /// The file's bytes (not its name) are on stable storage. After an error, never trust a repeat.
    virtual Result<void> sync() = 0;
    /// Grows or cuts the file; new bytes are zero.
    virtual Result<void> truncate(std::uint64_t size) = 0;
    /// Grows the file (never cuts it) by zeros whose disk blocks are reserved and written.
    /// errors: limit when the disk is full; the file then has its old size.
    virtual Result<void> allocate(std::uint64_t size) = 0;
    virtual Result<std::uint64_t> size() = 0;
    /// How many names the file has: what is written to it is seen under each.
    virtual Result<std::uint64_t> links() = 0;
};

/// Held while it lives; two processes never hold the same one.
class FileLock {
 public:
    virtual ~FileLock() = default;
};

struct DiskSpace {
    std::uint64_t total_bytes = 0;
    std::uint64_t free_bytes = 0;
};

enum class OpenMode {
    read,        ///< must exist
    read_write,  ///< must exist
    create,      ///< must not exist
    replace,     ///< created, or emptied
};

/// All that the program does to disks goes through here, so that tests can forget unsynced bytes,
/// fail the n-th call and fill the disk. Paths are as the operating system's. Threads: any.
///
/// errors: not_found, conflict (it exists), invalid (a directory where a file must be), limit (disk
/// full), io.
class FileSystem {
 public:
    virtual ~FileSystem() = default;

    virtual Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) = 0;
    /// Atomic; replaces a file (or an empty directory) at `to`.
    virtual Result<void> rename(const std::string& from, const std::string& to) = 0;
    /// A second name for a file: the same bytes, until the last name goes. Atomic.
    /// errors: conflict when `to` exists, io when it lies on another file system.
    virtual Result<void> link(const std::string& from, const std::string& to) = 0;
    /// A file or an empty directory. errors: conflict when the directory is not empty.
    virtual Result<void> remove(const std::string& path) = 0;
    /// Makes the directory and its parents, and syncs what it made; fine if it is there.
    virtual Result<void> make_directories(const std::string& path) = 0;
    /// Names (not paths) of the entries, sorted, without "." and "..".
    virtual Result<std::vector<std::string>> list(const std::string& directory) = 0;
    /// The directory's entries (creations, renames, removals) are on stable storage.
    virtual Result<void> sync_directory(const std::string& directory) = 0;
    virtual Result<bool> exists(const std::string& path) = 0;
    virtual Result<DiskSpace> space(const std::string& path) = 0;
    /// errors: conflict when another process (or another holder) has it.
    virtual Result<std::unique_ptr<FileLock>> lock(const std::string& path) = 0;
};

/// The operating system's files.
std::unique_ptr<FileSystem> make_real_file_system();

/// The whole file. errors: limit when it is larger than `size_max`.
Result<std::string> read_file(FileSystem& files, const std::string& path, std::uint64_t size_max);

/// Writes `bytes` to a temporary name, syncs, renames over `path`, syncs the directory: `path`
/// holds either the old bytes or the new ones, whatever happens.
Result<void> replace_file(FileSystem& files, const std::string& path, std::string_view bytes);

}  // namespace tomograph
