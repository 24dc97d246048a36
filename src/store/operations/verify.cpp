#include "store/operations/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/crc32c.h"
#include "store/engine/manifest.h"
#include "store/engine/version_file.h"
#include "store/file_names.h"
#include "store/limits.h"
#include "store/operations/backup_list.h"
#include "store/operations/file_copy.h"
#include "store/operations/verify_log.h"
#include "store/part/block_reader.h"
#include "store/part/part.h"

namespace tomograph {
namespace {

class Verifier {
 public:
    Verifier(FileSystem& files, const std::string& directory, const StoreProgressCall& progress)
        : files_(files), directory_(directory), progress_(progress) {}

    Result<VerifyReport> run() {
        TRY(find_files());
        TRY(check_version());
        TRY(check_manifest(""));
        TRY(check_parts());
        TRY(check_log(""));
        for (const std::string_view signal : signal_names) TRY(check_signal(signal));
        TRY(check_list());
        return std::move(report_);
    }

 private:
    std::string path(std::string_view name) const { return join_path(directory_, name); }

    void tell(std::string_view file, std::string_view what, bool is_unusable = false) {
        report_.damage.push_back(
            {.file = std::string(file), .what = std::string(what), .is_unusable = is_unusable});
    }

    /// Damage is told, all else ends the work.
    Result<void> take(std::string_view file, const Error& error, bool is_unusable = false) {
        const ErrorCode code = error.code();
        if (code != ErrorCode::corrupt && code != ErrorCode::not_found) return error;
        tell(file, error.message(), is_unusable);
        return {};
    }

    Result<void> step(std::uint64_t bytes) {
        state_.done_bytes += bytes;
        if (!progress_(state_)) return Error(ErrorCode::cancelled, "it was cancelled");
        return {};
    }

    Result<void> find_files() {
        for (const std::string& name : TRY(list_tree(files_, directory_))) {
            const auto file = TRY(files_.open(path(name), OpenMode::read));
            sizes_[name] = TRY(file->size());
            report_.bytes += sizes_[name];
        }
        report_.files = sizes_.size();
        state_.total_bytes = report_.bytes;
        const bool is_store = std::any_of(sizes_.begin(), sizes_.end(), [](const auto& file) {
            const std::string& name = file.first;
            return name == version_name || name == current_name || name == backup_list_name ||
                   name.starts_with(join_path(spans_directory, ""));
        });
        if (!is_store)
            return Error(ErrorCode::not_found, directory_ + ": not a data directory, nor a backup");
        return {};
    }

    Result<void> check_version() {
        const VersionFile version = TRY(read_version(files_, directory_));
        if (!version.is_readable) tell(version_name, "its checksum is wrong");
        store_id_ = version.store_id;
        return {};
    }

    /// A path below the folder of a signal; "" is the store itself.
    static std::string below(std::string_view signal, std::string_view name) {
        return signal.empty() ? std::string(name) : join_path(signal, name);
    }

    Result<void> check_manifest(std::string_view signal) {
        manifest_ = {};
        const std::string folder = below(signal, manifest_directory);
        Manifest manifest(files_, signal.empty() ? directory_ : path(signal));
        auto loaded = manifest.load();
        if (!loaded) return take(folder, loaded.error(), true);
        if (!*loaded) {
            tell(folder, "there is no manifest", true);
            return {};
        }
        if ((*loaded)->is_damaged)
            tell(join_path(folder, manifest_name((*loaded)->number)),
                 "records are missing, or CURRENT is damaged");
        if (signal.empty() && store_id_ != 0 && (*loaded)->store_id != store_id_)
            tell(version_name, "it names another store than the manifest does");
        manifest_ = std::move((*loaded)->state);
        return {};
    }

    Result<void> check_signal(std::string_view signal) {
        const bool is_there = std::any_of(sizes_.begin(), sizes_.end(), [&](const auto& file) {
            return file.first.starts_with(join_path(signal, ""));
        });
        if (!is_there) return {};
        TRY(check_manifest(signal));
        std::set<std::string> listed;
        for (const auto& [id, part] : manifest_.parts) {
            const std::string name = join_path(signal, part.path);
            listed.insert(name);
            TRY(check_signal_part(name));
        }
        for (const auto& [name, size] : sizes_)
            if (is_signal_part(signal, name) && !listed.contains(name))
                report_.unlisted.push_back(name);
        return check_log(signal);
    }

    static bool is_signal_part(std::string_view signal, const std::string& name) {
        return name.ends_with(part_suffix) &&
               name.starts_with(join_path(join_path(signal, signal_parts_directory), ""));
    }

    Result<void> check_signal_part(const std::string& name) {
        const auto size = sizes_.find(name);
        if (size == sizes_.end()) {
            tell(name, "it is missing", true);
            return {};
        }
        const auto blocks = PartBlockReader::open_closed(files_, path(name));
        if (!blocks) {
            TRY(take(name, blocks.error(), true));
        } else {
            const auto verified = (*blocks)->verify();
            if (!verified) TRY(take(name, verified.error()));
        }
        return step(size->second);
    }

    Result<void> check_parts() {
        std::set<std::string> listed;
        for (const auto& [id, part] : manifest_.parts) {
            listed.insert(part.path);
            TRY(check_listed(part.path));
        }
        for (const auto& [id, rollup] : manifest_.rollups) {
            listed.insert(rollup.path);
            TRY(check_listed(rollup.path));
        }
        for (const auto& [name, size] : sizes_)
            if (is_trace_file(name) && !listed.contains(name)) report_.unlisted.push_back(name);
        return {};
    }

    static bool is_part_file(const std::string& name) {
        for (const std::string_view signal : signal_names)
            if (is_signal_part(signal, name)) return true;
        return is_trace_file(name);
    }

    static bool is_trace_file(const std::string& name) {
        return (name.ends_with(part_suffix) && name.starts_with(join_path(spans_directory, ""))) ||
               (name.ends_with(rollup_suffix) && name.starts_with(join_path(rollup_directory, "")));
    }

    /// A part, or a rollup file.
    Result<void> check_listed(const std::string& name) {
        const auto size = sizes_.find(name);
        if (size == sizes_.end()) {
            tell(name, "it is missing", true);
            return {};
        }
        const auto reader = PartReader::open(files_, path(name));
        if (!reader && reader.error().code() == ErrorCode::denied) {
            // Sealed: the checksums need no key.
            const auto checked = check_part(files_, path(name));
            if (!checked) TRY(take(name, checked.error()));
        } else if (!reader) {
            TRY(take(name, reader.error(), true));
        } else {
            const auto verified = (*reader)->verify();
            if (!verified) TRY(take(name, verified.error()));
        }
        return step(size->second);
    }

    Result<void> check_log(std::string_view signal) {
        const std::string folder = join_path(below(signal, wal_directory), "");
        std::vector<std::pair<WalName, std::string>> segments;
        for (const auto& [name, size] : sizes_) {
            if (!name.starts_with(folder)) continue;
            const auto parsed = parse_wal_name(name.substr(folder.size()));
            if (parsed) segments.emplace_back(*parsed, name);
        }
        std::sort(segments.begin(), segments.end(), [](const auto& a, const auto& b) {
            return std::pair(a.first.first, a.first.serial) <
                   std::pair(b.first.first, b.first.serial);
        });
        for (std::size_t i = 0; i < segments.size(); ++i) {
            const std::string& name = segments[i].second;
            const auto checked = verify_log_segment(files_, path(name), i + 1 == segments.size());
            if (!checked) TRY(take(name, checked.error(), true));
            if (checked)
                for (const LogDamage& damage : *checked)
                    tell(name, fmt::format("no valid frame in {} bytes at offset {}", damage.bytes,
                                           damage.offset));
            TRY(step(sizes_.at(name)));
        }
        return {};
    }

    /// What a backup says of itself: files that are missing, shorter, or not what was copied.
    Result<void> check_list() {
        if (!sizes_.contains(std::string(backup_list_name))) return {};
        const auto list = read_backup_list(files_, directory_);
        if (!list) return take(backup_list_name, list.error());
        for (const BackupFile& file : list->files) {
            const auto size = sizes_.find(file.path);
            if (size == sizes_.end()) {
                if (!is_part_file(file.path)) tell(file.path, "it is missing");
            } else if (size->second != file.bytes) {
                tell(file.path, fmt::format("{} bytes instead of {}", size->second, file.bytes));
            } else if (file.crc32c) {
                TRY(check_copy(file));
            }
        }
        return {};
    }

    Result<void> check_copy(const BackupFile& file) {
        const auto bytes = TRY(read_file(files_, path(file.path), file.bytes));
        if (crc32c(bytes) != *file.crc32c)
            tell(file.path, "it is not what the backup wrote: checksum mismatch");
        return {};
    }

    FileSystem& files_;
    std::string directory_;
    const StoreProgressCall& progress_;
    StoreProgress state_;
    std::map<std::string, std::uint64_t> sizes_;  ///< of every file, by its path below
    std::uint64_t store_id_ = 0;
    ManifestState manifest_;
    VerifyReport report_;
};

}  // namespace

Result<VerifyReport> verify_store(FileSystem& files, const std::string& directory,
                                  const StoreProgressCall& progress) {
    return Verifier(files, directory, progress).run();
}

}  // namespace tomograph
