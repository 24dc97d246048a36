#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "base/descriptor.h"

namespace tomograph {
namespace {

constexpr mode_t directory_mode = 0750;  // as for files: the group reads, the world does not

class RealLock final : public FileLock {
 public:
    explicit RealLock(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}

 private:
    Descriptor descriptor_;  // closing it frees the lock; the file stays, so that no race can split
                             // the lock
};

int flags_of(OpenMode mode) {
    switch (mode) {
        case OpenMode::read:
            return O_RDONLY;
        case OpenMode::read_write:
            return O_RDWR;
        case OpenMode::create:
            return O_RDWR | O_CREAT | O_EXCL;
        case OpenMode::replace:
            return O_RDWR | O_CREAT | O_TRUNC;
    }
    ASSERT(false);
}

class RealFileSystem final : public FileSystem {
 public:
    Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override;
    Result<void> rename(const std::string& from, const std::string& to) override;
    Result<void> link(const std::string& from, const std::string& to) override;
    Result<void> remove(const std::string& path) override;
    Result<void> make_directories(const std::string& path) override;
    Result<std::vector<std::string>> list(const std::string& directory) override;
    Result<void> sync_directory(const std::string& directory) override;
    Result<bool> exists(const std::string& path) override;
    Result<DiskSpace> space(const std::string& path) override;
    Result<std::unique_ptr<FileLock>> lock(const std::string& path) override;
};

Result<std::unique_ptr<File>> RealFileSystem::open(const std::string& path, OpenMode mode) {
    // O_NONBLOCK changes nothing for files, and keeps a FIFO in the data directory from hanging us.
    Descriptor descriptor = open_descriptor(path, flags_of(mode) | O_NONBLOCK);
    if (!descriptor) return failed_call("open", path);
    struct stat status{};
    if (::fstat(descriptor.get(), &status) != 0) return failed_call("stat", path);
    if (!S_ISREG(status.st_mode))
        return Error(ErrorCode::invalid, fmt::format("open {}: not a file", path));
    return make_real_file(std::move(descriptor), path);
}

Result<void> RealFileSystem::rename(const std::string& from, const std::string& to) {
    if (::rename(from.c_str(), to.c_str()) != 0) return failed_call("rename to " + to, from);
    return {};
}

Result<void> RealFileSystem::link(const std::string& from, const std::string& to) {
    if (::link(from.c_str(), to.c_str()) != 0) return failed_call("link to " + to, from);
    return {};
}

Result<void> RealFileSystem::remove(const std::string& path) {
    if (std::remove(path.c_str()) != 0) return failed_call("remove", path);
    return {};
}

Result<void> RealFileSystem::make_directories(const std::string& path) {
    for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
        const std::string part = path.substr(0, end);
        if (::mkdir(part.c_str(), directory_mode) == 0) {
            const auto slash = part.find_last_of('/');
            TRY(sync_directory(slash == std::string::npos ? "." : part.substr(0, slash + 1)));
        } else if (errno != EEXIST) {
            return failed_call("make directory", part);
        }
        if (end == std::string::npos) break;
    }
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) return failed_call("stat", path);
    if (!S_ISDIR(status.st_mode))
        return Error(ErrorCode::conflict,
                     fmt::format("make directory {}: a file has this name", path));
    return {};
}

Result<std::vector<std::string>> RealFileSystem::list(const std::string& directory) {
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(directory.c_str()), ::closedir);
    if (!stream) return failed_call("list", directory);
    std::vector<std::string> names;
    while (true) {
        errno = 0;
        const dirent* entry = ::readdir(stream.get());
        if (entry == nullptr) break;
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..") names.emplace_back(name);
    }
    if (errno != 0) return failed_call("list", directory);
    std::sort(names.begin(), names.end());
    return names;
}

Result<void> RealFileSystem::sync_directory(const std::string& directory) {
    const Descriptor descriptor = open_descriptor(directory, O_RDONLY | O_DIRECTORY);
    if (!descriptor) return failed_call("open directory", directory);
    if (::fsync(descriptor.get()) != 0) return failed_call("sync directory", directory);
    return {};
}

Result<bool> RealFileSystem::exists(const std::string& path) {
    struct stat status{};
    if (::stat(path.c_str(), &status) == 0) return true;
    if (code_of_errno(errno) == ErrorCode::not_found) return false;
    return failed_call("stat", path);
}

Result<DiskSpace> RealFileSystem::space(const std::string& path) {
    struct statvfs status{};
    if (::statvfs(path.c_str(), &status) != 0) return failed_call("space of", path);
    return DiskSpace{.total_bytes = static_cast<std::uint64_t>(status.f_blocks) * status.f_frsize,
                     .free_bytes = static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize};
}

Result<std::unique_ptr<FileLock>> RealFileSystem::lock(const std::string& path) {
    Descriptor descriptor = open_descriptor(path, O_RDWR | O_CREAT);
    if (!descriptor) return failed_call("lock", path);
    // flock belongs to this opening of the file, so a second holder in our own process is refused
    // as well.
    if (::flock(descriptor.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK)
            return Error(ErrorCode::conflict,
                         fmt::format("lock {}: another process holds it", path));
        return failed_call("lock", path);
    }
    return std::unique_ptr<FileLock>(std::make_unique<RealLock>(std::move(descriptor)));
}

}  // namespace

std::unique_ptr<FileSystem> make_real_file_system() { return std::make_unique<RealFileSystem>(); }

}  // namespace tomograph
