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
#include <limits>
#include <utility>

#include "base/file_system.h"
#include "base/limits.h"

namespace tomograph {
namespace {

// Traces tell what a company does: the group may read (backups), the world may not.
constexpr mode_t file_mode = 0640;
constexpr mode_t directory_mode = 0750;

ErrorCode code_of(int number) {
    switch (number) {
        case ENOSPC:
        case EDQUOT:
        case EFBIG:
            return ErrorCode::limit;
        case ENOENT:
        case ENOTDIR:
            return ErrorCode::not_found;
        case EEXIST:
        case ENOTEMPTY:
            return ErrorCode::conflict;
        case EISDIR:
        case EINVAL:
        case ENAMETOOLONG:
            return ErrorCode::invalid;
        default:
            return ErrorCode::io;
    }
}

/// The error that errno tells of, with its place: "write /data/wal/7: No space left on device".
Error failed(std::string_view verb, const std::string& path) {
    return error_from_errno(code_of(errno), fmt::format("{} {}", verb, path));
}

class Descriptor {
 public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&&) = delete;
    ~Descriptor() {
        // What must not be lost was synced before; close itself has nothing to tell that we could
        // act on.
        if (number_ >= 0) ::close(number_);
    }

    explicit operator bool() const { return number_ >= 0; }
    int get() const { return number_; }

 private:
    int number_;
};

Descriptor open_descriptor(const std::string& path, int flags) {
    int number = -1;
    do {
        number = ::open(path.c_str(), flags | O_CLOEXEC, file_mode);
    } while (number < 0 && errno == EINTR);
    return Descriptor(number);
}

bool fits_offset(std::uint64_t offset, std::uint64_t size) {
    constexpr auto largest = static_cast<std::uint64_t>(std::numeric_limits<off_t>::max());
    return offset <= largest && size <= largest - offset;
}

class RealFile final : public File {
 public:
    RealFile(Descriptor descriptor, std::string path)
        : descriptor_(std::move(descriptor)), path_(std::move(path)) {}

    Result<std::string> read(std::uint64_t offset, std::size_t size) override;
    Result<void> write(std::uint64_t offset, std::string_view bytes) override;
    Result<void> sync() override;
    Result<void> truncate(std::uint64_t size) override;
    Result<void> allocate(std::uint64_t size) override;
    Result<std::uint64_t> size() override;

 private:
    Error ends_early(std::uint64_t offset, std::size_t size);
    Error too_far(std::string_view verb, std::uint64_t offset) const {
        return Error(ErrorCode::limit,
                     fmt::format("{} {}: offset {} is too large", verb, path_, offset));
    }
    Result<void> fill_with_zeros(std::uint64_t from, std::uint64_t to);

    Descriptor descriptor_;
    std::string path_;
};

Result<std::string> RealFile::read(std::uint64_t offset, std::size_t size) {
    if (size > unchecked_read_bytes_max || !fits_offset(offset, size)) {
        const std::uint64_t end = TRY(this->size());
        if (offset > end || size > end - offset) return ends_early(offset, size);
    }
    std::string bytes(size, '\0');
    std::size_t done = 0;
    while (done < size) {
        const ssize_t n = ::pread(descriptor_.get(), bytes.data() + done, size - done,
                                  static_cast<off_t>(offset + done));
        if (n == 0) return ends_early(offset, size);
        if (n > 0)
            done += static_cast<std::size_t>(n);
        else if (errno != EINTR)
            return failed("read", path_);
    }
    return bytes;
}

Error RealFile::ends_early(std::uint64_t offset, std::size_t size) {
    const auto end = this->size();
    if (!end) return end.error();
    return Error(ErrorCode::corrupt, fmt::format("read {}: {} bytes at {}, but the file ends at {}",
                                                 path_, size, offset, *end));
}

Result<void> RealFile::write(std::uint64_t offset, std::string_view bytes) {
    if (!fits_offset(offset, bytes.size())) return too_far("write", offset);
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t n = ::pwrite(descriptor_.get(), bytes.data() + done, bytes.size() - done,
                                   static_cast<off_t>(offset + done));
        if (n > 0)
            done += static_cast<std::size_t>(n);
        else if (n == 0 || errno != EINTR)
            return failed("write", path_);
    }
    return {};
}

Result<void> RealFile::sync() {
    // Never repeated: after an error the kernel forgets the dirty pages and a second call claims
    // success.
    if (::fdatasync(descriptor_.get()) != 0) return failed("sync", path_);
    return {};
}

Result<void> RealFile::truncate(std::uint64_t size) {
    if (!fits_offset(0, size)) return too_far("truncate", size);
    int result = 0;
    do {
        result = ::ftruncate(descriptor_.get(), static_cast<off_t>(size));
    } while (result != 0 && errno == EINTR);
    if (result != 0) return failed("truncate", path_);
    return {};
}

// fallocate alone leaves "unwritten" extents: the first write to each must change the extent tree,
// and the fdatasync after it then writes metadata, too. Zeros on the disk make later overwrites
// pure data.
Result<void> RealFile::allocate(std::uint64_t size) {
    if (!fits_offset(0, size)) return too_far("allocate", size);
    const std::uint64_t old_size = TRY(this->size());
    if (size <= old_size) return {};

    int result = 0;
    do {
        result = ::fallocate(descriptor_.get(), FALLOC_FL_KEEP_SIZE, static_cast<off_t>(old_size),
                             static_cast<off_t>(size - old_size));
    } while (result != 0 && errno == EINTR);
    if (result != 0 && errno != EOPNOTSUPP && errno != ENOSYS) return failed("allocate", path_);

    const auto filled = fill_with_zeros(old_size, size);
    if (!filled) {
        TRY_WITHIN("after a failed allocate", truncate(old_size));
        return filled.error();
    }
    return {};
}

Result<void> RealFile::fill_with_zeros(std::uint64_t from, std::uint64_t to) {
    const std::string zeros(
        static_cast<std::size_t>(std::min<std::uint64_t>(to - from, zero_chunk_bytes)), '\0');
    while (from < to) {
        const auto n = std::min<std::uint64_t>(to - from, zeros.size());
        TRY(write(from, std::string_view(zeros).substr(0, static_cast<std::size_t>(n))));
        from += n;
    }
    return {};
}

Result<std::uint64_t> RealFile::size() {
    struct stat status{};
    if (::fstat(descriptor_.get(), &status) != 0) return failed("stat", path_);
    return static_cast<std::uint64_t>(status.st_size);
}

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
    if (!descriptor) return failed("open", path);
    struct stat status{};
    if (::fstat(descriptor.get(), &status) != 0) return failed("stat", path);
    if (!S_ISREG(status.st_mode))
        return Error(ErrorCode::invalid, fmt::format("open {}: not a file", path));
    return std::unique_ptr<File>(std::make_unique<RealFile>(std::move(descriptor), path));
}

Result<void> RealFileSystem::rename(const std::string& from, const std::string& to) {
    if (::rename(from.c_str(), to.c_str()) != 0) return failed("rename to " + to, from);
    return {};
}

Result<void> RealFileSystem::remove(const std::string& path) {
    if (std::remove(path.c_str()) != 0) return failed("remove", path);
    return {};
}

Result<void> RealFileSystem::make_directories(const std::string& path) {
    for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
        const std::string part = path.substr(0, end);
        if (::mkdir(part.c_str(), directory_mode) == 0) {
            const auto slash = part.find_last_of('/');
            TRY(sync_directory(slash == std::string::npos ? "." : part.substr(0, slash + 1)));
        } else if (errno != EEXIST) {
            return failed("make directory", part);
        }
        if (end == std::string::npos) break;
    }
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) return failed("stat", path);
    if (!S_ISDIR(status.st_mode))
        return Error(ErrorCode::conflict,
                     fmt::format("make directory {}: a file has this name", path));
    return {};
}

Result<std::vector<std::string>> RealFileSystem::list(const std::string& directory) {
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(directory.c_str()), ::closedir);
    if (!stream) return failed("list", directory);
    std::vector<std::string> names;
    while (true) {
        errno = 0;
        const dirent* entry = ::readdir(stream.get());
        if (entry == nullptr) break;
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..") names.emplace_back(name);
    }
    if (errno != 0) return failed("list", directory);
    std::sort(names.begin(), names.end());
    return names;
}

Result<void> RealFileSystem::sync_directory(const std::string& directory) {
    const Descriptor descriptor = open_descriptor(directory, O_RDONLY | O_DIRECTORY);
    if (!descriptor) return failed("open directory", directory);
    if (::fsync(descriptor.get()) != 0) return failed("sync directory", directory);
    return {};
}

Result<bool> RealFileSystem::exists(const std::string& path) {
    struct stat status{};
    if (::stat(path.c_str(), &status) == 0) return true;
    if (code_of(errno) == ErrorCode::not_found) return false;
    return failed("stat", path);
}

Result<DiskSpace> RealFileSystem::space(const std::string& path) {
    struct statvfs status{};
    if (::statvfs(path.c_str(), &status) != 0) return failed("space of", path);
    return DiskSpace{.total_bytes = static_cast<std::uint64_t>(status.f_blocks) * status.f_frsize,
                     .free_bytes = static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize};
}

Result<std::unique_ptr<FileLock>> RealFileSystem::lock(const std::string& path) {
    Descriptor descriptor = open_descriptor(path, O_RDWR | O_CREAT);
    if (!descriptor) return failed("lock", path);
    // flock belongs to this opening of the file, so a second holder in our own process is refused
    // as well.
    if (::flock(descriptor.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK)
            return Error(ErrorCode::conflict,
                         fmt::format("lock {}: another process holds it", path));
        return failed("lock", path);
    }
    return std::unique_ptr<FileLock>(std::make_unique<RealLock>(std::move(descriptor)));
}

}  // namespace

std::unique_ptr<FileSystem> make_real_file_system() { return std::make_unique<RealFileSystem>(); }

}  // namespace tomograph
