#include "store/operations/restore.h"

#include <fmt/format.h>

#include <set>

#include "base/log.h"
#include "store/file_names.h"
#include "store/operations/backup_list.h"
#include "store/operations/file_copy.h"
#include "store/operations/verify.h"

namespace tomograph {
namespace {

Result<void> check_free(FileSystem& files, const std::string& directory) {
    if (!TRY(files.exists(directory))) return {};
    const auto names = files.list(directory);
    if (names && names->empty()) return {};
    return Error(ErrorCode::conflict,
                 fmt::format("{} is not empty: restore into a new directory", directory));
}

Result<void> copy_all(FileSystem& files, const std::string& backup, const BackupList& list,
                      const std::string& target, FileCopier& copier) {
    std::set<std::string> directories{target};
    for (const BackupFile& file : list.files) {
        const std::string to = join_path(target, file.path);
        for (std::string at = parent_path(to); directories.insert(at).second;
             at = parent_path(at)) {
        }
        TRY(files.make_directories(parent_path(to)));
        TRY(copier.copy(join_path(backup, file.path), to, file.bytes));
    }
    for (const std::string& directory : directories) TRY(files.sync_directory(directory));
    return {};
}

}  // namespace

Result<RestoreReport> restore_store(FileSystem& files, const std::string& backup,
                                    const std::string& directory,
                                    const StoreProgressCall& progress) {
    TRY(check_free(files, directory));
    const BackupList list = TRY(read_backup_list(files, backup));
    const VerifyReport verified =
        TRY_WITHIN("verify " + backup, verify_store(files, backup, progress));
    if (!verified.damage.empty()) {
        const Damage& first = verified.damage.front();
        return Error(ErrorCode::corrupt,
                     fmt::format("the backup is damaged, nothing was restored: {}: {} ({} more)",
                                 first.file, first.what, verified.damage.size() - 1));
    }
    RestoreReport report;
    FileCopier copier(files, progress);
    for (const BackupFile& file : list.files) {
        copier.expect(file.bytes);
        ++report.files;
        report.bytes += file.bytes;
    }
    const std::string target = directory + std::string(temporary_suffix);
    TRY(remove_tree(files, target));
    Result<void> done = files.make_directories(target);
    if (done) done = copy_all(files, backup, list, target, copier);
    if (done) done = files.rename(target, directory);
    if (done) done = files.sync_directory(parent_path(directory));
    if (!done) {
        const auto removed = remove_tree(files, target);
        if (!removed) log_warn("unfinished restore not removed", {{"error", removed.error()}});
        return std::move(done).error().within("restore");
    }
    return report;
}

}  // namespace tomograph
