#include "base/file_system.h"

#include <fmt/format.h>

namespace tomograph {
namespace {

std::string parent_of(const std::string& path) {
    const auto slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

Result<void> write_whole(FileSystem& files, const std::string& path, std::string_view bytes) {
    const auto file = TRY(files.open(path, OpenMode::replace));
    TRY(file->write(0, bytes));
    TRY(file->sync());
    return {};
}

}  // namespace

Result<std::string> read_file(FileSystem& files, const std::string& path, std::uint64_t size_max) {
    const auto file = TRY(files.open(path, OpenMode::read));
    const std::uint64_t size = TRY(file->size());
    if (size > size_max)
        return Error(ErrorCode::limit,
                     fmt::format("{}: {} bytes, at most {} are read", path, size, size_max));
    return file->read(0, static_cast<std::size_t>(size));
}

Result<void> replace_file(FileSystem& files, const std::string& path, std::string_view bytes) {
    const std::string temporary = path + ".tmp";
    const auto written = write_whole(files, temporary, bytes);
    if (!written) {
        // Best effort: the first error is the one to tell, and the next replace_file empties the
        // leftover.
        (void)files.remove(temporary);
        return written.error();
    }
    TRY(files.rename(temporary, path));
    TRY(files.sync_directory(parent_of(path)));
    return {};
}

}  // namespace tomograph
