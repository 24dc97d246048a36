#include "store/operations/file_copy.h"

#include <algorithm>

#include "base/crc32c.h"
#include "store/file_names.h"

namespace tomograph {
namespace {

/// Large enough for a disk to stream, small enough to be cancelled at once.
constexpr std::uint64_t copy_chunk_bytes = 1 << 20;

Result<void> list_below(FileSystem& files, const std::string& directory, const std::string& prefix,
                        std::vector<std::string>& found) {
    for (const std::string& name : TRY(files.list(directory))) {
        const std::string path = join_path(directory, name);
        if (files.list(path))
            TRY(list_below(files, path, prefix + name + "/", found));
        else
            found.push_back(prefix + name);
    }
    return {};
}

}  // namespace

Result<void> FileCopier::skip(std::uint64_t bytes) {
    state_.done_bytes += bytes;
    state_.total_bytes = std::max(state_.total_bytes, state_.done_bytes);
    if (!progress_(state_)) return Error(ErrorCode::cancelled, "it was cancelled");
    return {};
}

Result<std::uint32_t> FileCopier::copy(const std::string& from, const std::string& to,
                                       std::uint64_t size) {
    const auto source = TRY(files_.open(from, OpenMode::read));
    const auto target = TRY(files_.open(to, OpenMode::create));
    std::uint32_t checksum = 0;
    for (std::uint64_t at = 0; at < size;) {
        const std::uint64_t step = std::min(copy_chunk_bytes, size - at);
        const std::string bytes = TRY(source->read(at, static_cast<std::size_t>(step)));
        checksum = crc32c(bytes, checksum);
        TRY(target->write(at, bytes));
        at += step;
        TRY(skip(step));
    }
    TRY(target->sync());
    return checksum;
}

Result<void> remove_tree(FileSystem& files, const std::string& path) {
    if (!TRY(files.exists(path))) return {};
    const auto names = files.list(path);
    if (names)
        for (const std::string& name : *names) TRY(remove_tree(files, join_path(path, name)));
    return files.remove(path);
}

Result<std::vector<std::string>> list_tree(FileSystem& files, const std::string& directory) {
    std::vector<std::string> found;
    TRY(list_below(files, directory, "", found));
    std::sort(found.begin(), found.end());
    return found;
}

std::string parent_path(const std::string& path) {
    const auto slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace tomograph
