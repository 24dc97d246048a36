#include "store/engine/version_file.h"

#include <fmt/format.h>

#include <charconv>

#include "base/crc32c.h"
#include "store/file_names.h"
#include "store/limits.h"

namespace tomograph {
namespace {

constexpr unsigned data_version = 1;

}  // namespace

std::string encode_version(std::uint64_t store_id) {
    const std::string text = fmt::format("{} {:016x} ", data_version, store_id);
    return fmt::format("{}{:08x}\n", text, crc32c(text));
}

Result<VersionFile> read_version(FileSystem& files, const std::string& data_directory) {
    const auto text =
        read_file(files, join_path(data_directory, version_name), small_file_bytes_max);
    if (!text && text.error().code() == ErrorCode::not_found) return VersionFile{};
    if (!text && text.error().code() != ErrorCode::limit) return text.error();
    VersionFile version{.exists = true, .is_readable = false, .store_id = 0};
    if (!text) return version;
    // "<number> <store id> <crc>\n": a newer one may say more between number and crc.
    const auto last_space = text->rfind(' ');
    if (last_space == std::string::npos) return version;
    const std::string covered = text->substr(0, last_space + 1);
    if (text->substr(last_space + 1) != fmt::format("{:08x}\n", crc32c(covered))) return version;
    unsigned number = 0;
    const auto [end, error] =
        std::from_chars(covered.data(), covered.data() + covered.size(), number);
    if (error != std::errc() || number == 0) return version;
    if (number > data_version)
        return Error(ErrorCode::invalid,
                     fmt::format("data directory {} has version {}, this program reads up to {}",
                                 data_directory, number, data_version));
    std::from_chars(end + 1, covered.data() + covered.size(), version.store_id, 16);
    version.is_readable = version.store_id != 0;
    return version;
}

}  // namespace tomograph
