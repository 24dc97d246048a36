#include "store/engine/quarantine.h"

#include <fmt/format.h>

#include "base/log.h"
#include "store/file_names.h"
#include "store/keys/sealed_file.h"
#include "store/limits.h"

namespace tomograph {

Quarantine::Quarantine(FileSystem& files, const std::string& data_directory, StoreMetrics& metrics)
    : files_(files),
      directory_(join_path(data_directory, quarantine_directory)),
      metrics_(metrics) {}

Result<void> Quarantine::open() {
    TRY(files_.make_directories(directory_));
    const auto names = TRY(files_.list(directory_));
    count_ = names.size();
    serial_ = names.size();
    metrics_.quarantine_files.set(static_cast<double>(names.size()));
    return {};
}

Quarantine::Place Quarantine::next_place(std::string_view name) {
    while (true) {
        Place place{.path = {}, .serial = ++serial_};
        place.path = fmt::format("{}/{}.{}", directory_, name, place.serial);
        const auto taken = files_.exists(place.path);
        if (!taken || !*taken) return place;
    }
}

void Quarantine::count_one() { metrics_.quarantine_files.set(static_cast<double>(++count_)); }

Result<void> Quarantine::move(const std::string& path, std::string_view why) {
    log_error("damaged file set aside", {{"file", path}, {"error", why}});
    const auto slash = path.rfind('/');
    TRY(files_.rename(path, next_place(std::string_view(path).substr(slash + 1)).path));
    count_one();
    return {};
}

void Quarantine::keep_copy(std::string_view name, std::string_view bytes, std::string_view why) {
    log_error("damaged bytes skipped", {{"file", name}, {"bytes", bytes.size()}, {"error", why}});
    if (count_ >= quarantine_files_max || bytes.size() > quarantine_copy_bytes_max) return;
    const auto kept = write_copy(next_place(name), bytes);
    if (kept)
        count_one();
    else
        log_warn("damaged bytes not copied", {{"error", kept.error()}});
}

Result<void> Quarantine::write_copy(const Place& place, std::string_view bytes) {
    const std::string sealed =
        TRY(seal_file(keys_, {.kind = SealedKind::quarantine, .number = place.serial}, bytes));
    return replace_file(files_, place.path, sealed);
}

}  // namespace tomograph
