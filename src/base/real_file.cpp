#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <utility>

#include "base/descriptor.h"
#include "base/limits.h"

namespace tomograph {
namespace {

bool fits_offset(std::uint64_t offset, std::uint64_t size) {
    constexpr auto largest = static_cast<std::uint64_t>(std::numeric_limits<off_t>::max());
    return offset <= largest && size <= largest - offset;
}

/// What O_DIRECT asks of addresses, offsets and lengths: enough for every usual disk.
constexpr std::size_t direct_alignment = 4096;

/// The part of `room` that begins at an aligned address; direct_alignment smaller than it.
std::string_view aligned_part(std::string_view room) {
    const auto address = reinterpret_cast<std::uintptr_t>(room.data());
    const std::size_t skip = (direct_alignment - address % direct_alignment) % direct_alignment;
    return room.substr(skip, room.size() - direct_alignment);
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
    Result<std::uint64_t> links() override;

 private:
    Error ends_early(std::uint64_t offset, std::size_t size);
    Error too_far(std::string_view verb, std::uint64_t offset) const {
        return Error(ErrorCode::limit,
                     fmt::format("{} {}: offset {} is too large", verb, path_, offset));
    }
    Result<void> fill_with_zeros(std::uint64_t from, std::uint64_t to);
    Result<std::uint64_t> fill_past_cache(std::string_view zeros, std::uint64_t from,
                                          std::uint64_t to);

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
            return failed_call("read", path_);
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
            return failed_call("write", path_);
    }
    return {};
}

Result<void> RealFile::sync() {
    // Never repeated: after an error the kernel forgets the dirty pages and a second call claims
    // success.
    if (::fdatasync(descriptor_.get()) != 0) return failed_call("sync", path_);
    return {};
}

Result<void> RealFile::truncate(std::uint64_t size) {
    if (!fits_offset(0, size)) return too_far("truncate", size);
    int result = 0;
    do {
        result = ::ftruncate(descriptor_.get(), static_cast<off_t>(size));
    } while (result != 0 && errno == EINTR);
    if (result != 0) return failed_call("truncate", path_);
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
    if (result != 0 && errno != EOPNOTSUPP && errno != ENOSYS)
        return failed_call("allocate", path_);

    const auto filled = fill_with_zeros(old_size, size);
    if (!filled) {
        TRY_WITHIN("after a failed allocate", truncate(old_size));
        return filled.error();
    }
    return {};
}

Result<void> RealFile::fill_with_zeros(std::uint64_t from, std::uint64_t to) {
    const std::string room(zero_chunk_bytes + direct_alignment, '\0');
    const std::string_view zeros = aligned_part(room);
    from = TRY(fill_past_cache(zeros, from, to));
    while (from < to) {
        const auto n = std::min<std::uint64_t>(to - from, zeros.size());
        TRY(write(from, zeros.substr(0, static_cast<std::size_t>(n))));
        from += n;
    }
    return {};
}

/// As far as whole aligned blocks go, where the file system can do that at all: nobody reads the
/// zeros, and in the page cache they would take the place of what somebody does.
///
/// returns  the end of what was filled
Result<std::uint64_t> RealFile::fill_past_cache(std::string_view zeros, std::uint64_t from,
                                                std::uint64_t to) {
    if (from % direct_alignment != 0) return from;
    const std::string again = fmt::format("/proc/self/fd/{}", descriptor_.get());
    const Descriptor direct = open_descriptor(again, O_WRONLY | O_DIRECT);
    while (direct && to - from >= direct_alignment) {
        const std::uint64_t n = std::min<std::uint64_t>(
            (to - from) / direct_alignment * direct_alignment, zeros.size());
        const ssize_t written = ::pwrite(direct.get(), zeros.data(), n, static_cast<off_t>(from));
        if (written > 0) from += static_cast<std::uint64_t>(written);
        const bool ends =
            written == 0 || from % direct_alignment != 0 || (written < 0 && errno == EINVAL);
        if (ends) break;
        if (written < 0 && errno != EINTR) return failed_call("write", path_);
    }
    return from;
}

Result<std::uint64_t> RealFile::size() {
    struct stat status{};
    if (::fstat(descriptor_.get(), &status) != 0) return failed_call("stat", path_);
    return static_cast<std::uint64_t>(status.st_size);
}

Result<std::uint64_t> RealFile::links() {
    struct stat status{};
    if (::fstat(descriptor_.get(), &status) != 0) return failed_call("stat", path_);
    return static_cast<std::uint64_t>(status.st_nlink);
}

}  // namespace

std::unique_ptr<File> make_real_file(Descriptor descriptor, const std::string& path) {
    return std::make_unique<RealFile>(std::move(descriptor), path);
}

}  // namespace tomograph
