#include "store/operations/backup_list.h"

#include <fmt/format.h>

#include <charconv>

#include "base/crc32c.h"
#include "store/file_names.h"

namespace tomograph {
namespace {

constexpr unsigned backup_format = 1;
/// A line for each file of a few hundred: parts of years.
constexpr std::uint64_t backup_list_bytes_max = 64 << 20;
constexpr std::string_view first_word = "tomograph-backup";
constexpr std::string_view no_checksum = "-";

/// Words of a line, taken one by one.
class Words {
 public:
    explicit Words(std::string_view line) : rest_(line) {}

    std::string_view next() {
        const auto space = rest_.find(' ');
        const std::string_view word = rest_.substr(0, space);
        rest_ = space == std::string_view::npos ? std::string_view() : rest_.substr(space + 1);
        return word;
    }
    std::string_view rest() const { return rest_; }

    template <class Number>
    std::optional<Number> number(int base = 10) {
        const std::string_view word = next();
        Number value{};
        const auto [end, error] =
            std::from_chars(word.data(), word.data() + word.size(), value, base);
        if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
        return value;
    }

 private:
    std::string_view rest_;
};

Error broken(std::string_view line) {
    return Error(ErrorCode::corrupt, fmt::format("a line of it cannot be read: {:.80}", line));
}

Result<BackupFile> decode_file(std::string_view line) {
    Words words(line);
    BackupFile file;
    const auto bytes = words.number<std::uint64_t>();
    const std::string_view checksum = words.next();
    if (!bytes) return broken(line);
    file.bytes = *bytes;
    if (checksum != no_checksum) {
        const auto crc = Words(checksum).number<std::uint32_t>(16);
        if (!crc) return broken(line);
        file.crc32c = *crc;
    }
    file.path = words.rest();
    const bool leaves = file.path.empty() || file.path.front() == '/' ||
                        ("/" + file.path + "/").find("/../") != std::string::npos;
    if (leaves) return broken(line);
    return file;
}

}  // namespace

std::string encode_backup_list(const BackupList& list) {
    std::string text =
        fmt::format("{} {} {:016x} {}\n", first_word, backup_format, list.store_id, list.taken.ns);
    for (const BackupFile& file : list.files)
        text +=
            fmt::format("{} {} {}\n", file.bytes,
                        file.crc32c ? fmt::format("{:08x}", *file.crc32c) : no_checksum, file.path);
    return text + fmt::format("end {:08x}\n", crc32c(text));
}

Result<BackupList> decode_backup_list(const std::string& text) {
    const auto last = text.rfind("end ");
    if (last == std::string::npos ||
        text.substr(last) != fmt::format("end {:08x}\n", crc32c(text.substr(0, last))))
        return Error(ErrorCode::corrupt, "it is cut off, or its checksum is wrong");
    std::string_view rest = std::string_view(text).substr(0, last);
    const auto take_line = [&rest] {
        const auto end = rest.find('\n');
        const std::string_view line = rest.substr(0, end);
        rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
        return line;
    };
    const std::string_view head = take_line();
    Words words(head);
    const std::string_view kind = words.next();
    const auto format = words.number<unsigned>();
    if (kind != first_word || !format) return broken(head);
    if (*format > backup_format)
        return Error(ErrorCode::invalid,
                     fmt::format("backup format {} is newer than {}, the newest "
                                 "that this program reads",
                                 *format, backup_format));
    const auto store_id = words.number<std::uint64_t>(16);
    const auto taken = words.number<std::int64_t>();
    if (!store_id || !taken) return broken(head);
    BackupList list{.store_id = *store_id, .taken = {*taken}, .files = {}};
    while (!rest.empty()) list.files.push_back(TRY(decode_file(take_line())));
    return list;
}

Result<BackupList> read_backup_list(FileSystem& files, const std::string& directory) {
    const std::string path = join_path(directory, backup_list_name);
    const std::string text = TRY(read_file(files, path, backup_list_bytes_max));
    return TRY_WITHIN(path, decode_backup_list(text));
}

}  // namespace tomograph
