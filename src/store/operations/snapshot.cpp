#include "store/operations/snapshot.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/crc32c.h"
#include "base/log.h"
#include "store/engine/telemetry_log.h"
#include "store/engine/version_file.h"
#include "store/file_names.h"
#include "store/keys/sealed_file.h"
#include "store/limits.h"
#include "store/operations/backup_list.h"
#include "store/operations/file_copy.h"

namespace tomograph {
namespace {

/// Footer and trailer of a part, with its random uuid and the checksums: equal ends, equal parts.
constexpr std::uint64_t part_end_bytes = 4096;

/// And its head, where its wrapped key is: that of an older backup may need an older master key.
Result<std::string> ends_of(FileSystem& files, const std::string& path, std::uint64_t bytes) {
    const auto file = TRY(files.open(path, OpenMode::read));
    if (TRY(file->size()) != bytes)
        return Error(ErrorCode::conflict, fmt::format("{} has another size", path));
    const auto head = std::min<std::uint64_t>(bytes, part_sealed_head_bytes);
    const std::uint64_t end = std::min(bytes, part_end_bytes);
    std::string ends = TRY(file->read(0, static_cast<std::size_t>(head)));
    ends += TRY(file->read(bytes - end, static_cast<std::size_t>(end)));
    return ends;
}

class SnapshotWriter {
 public:
    SnapshotWriter(FileSystem& files, const std::string& data_directory,
                   const SnapshotOptions& options)
        : files_(files),
          data_(data_directory),
          previous_(options.previous),
          neighbours_(options.neighbours),
          target_(options.destination + std::string(temporary_suffix)),
          copier_(files, options.progress) {}

    Result<void> make_directories() {
        TRY(remove_tree(files_, target_));
        directories_.insert(target_);
        for (const std::string_view name : {manifest_directory, wal_directory, spans_directory,
                                            rollup_directory, telemetry_directory})
            TRY(make_directory(join_path(target_, name)));
        return {};
    }

    Result<void> write(StorePin pin, Instant now) {
        for (const auto& segment : pin.wal.segments) copier_.expect(segment.bytes);
        for (const auto& [id, part] : pin.manifest.parts) copier_.expect(part.facts.bytes);
        for (const auto& [id, rollup] : pin.manifest.rollups) copier_.expect(rollup.bytes);
        for (const auto& segment : pin.wal.segments)
            TRY(copy(join_path(wal_directory, name_of(segment.path)), segment.bytes));
        const Lsn next = pin.wal.next;
        pin.wal = {};
        for (const auto& [id, part] : pin.manifest.parts)
            TRY(take_part({part.path, part.facts.bytes}));
        for (const auto& [id, rollup] : pin.manifest.rollups)
            TRY(take_part({rollup.path, rollup.bytes}));
        TRY(copy_telemetry(next, pin.keys));
        for (SignalPin& signal : pin.signals) TRY(copy_signal(std::move(signal)));
        for (const StoreNeighbour& neighbour : neighbours_) TRY(copy_neighbour(neighbour));
        TRY(write_state(pin, now));
        for (const std::string& directory : directories_) TRY(files_.sync_directory(directory));
        return {};
    }

    /// Nobody sees it before all of it is on stable storage.
    Result<void> publish(const std::string& destination) {
        TRY(files_.rename(target_, destination));
        return files_.sync_directory(parent_path(destination));
    }

    void give_up() {
        const auto removed = remove_tree(files_, target_);
        if (!removed) log_warn("unfinished backup not removed", {{"error", removed.error()}});
    }

    const SnapshotReport& report() const { return report_; }

 private:
    static std::string name_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }

    Result<void> make_directory(const std::string& path) {
        TRY(files_.make_directories(path));
        directories_.insert(path);
        return {};
    }

    void count(const std::string& name, std::uint64_t bytes, std::optional<std::uint32_t> crc) {
        ++report_.files;
        report_.bytes += bytes;
        list_.files.push_back({.path = name, .bytes = bytes, .crc32c = crc});
    }

    Result<void> copy(const std::string& name, std::uint64_t bytes) {
        const auto crc = TRY(copier_.copy(join_path(data_, name), join_path(target_, name), bytes));
        count(name, bytes, crc);
        return {};
    }

    struct SharedFile {
        std::string path;
        std::uint64_t bytes = 0;
    };

    /// Parts never change, and their wrapped keys only once a file has no other name: a second name
    /// is as good as a copy.
    bool link(const std::string& directory, const SharedFile& part) {
        const std::string from = join_path(directory, part.path);
        return bool(files_.link(from, join_path(target_, part.path)));
    }

    bool is_in_previous(const SharedFile& part) {
        if (previous_.empty()) return false;
        const auto theirs = ends_of(files_, join_path(previous_, part.path), part.bytes);
        const auto ours = ends_of(files_, join_path(data_, part.path), part.bytes);
        return theirs && ours && *theirs == *ours;
    }

    Result<void> take_part(const SharedFile& part) {
        TRY(make_directory(parent_path(join_path(target_, part.path))));
        const std::uint64_t bytes = part.bytes;
        // The file system of the data first; a backup elsewhere shares with the one before it.
        const bool is_linked = link(data_, part) || (is_in_previous(part) && link(previous_, part));
        if (!is_linked) return copy(part.path, bytes);
        ++report_.linked_files;
        report_.linked_bytes += bytes;
        count(part.path, bytes, std::nullopt);
        return copier_.skip(bytes);
    }

    /// A signal's folder is a small store: its log, its parts, one manifest.
    Result<void> copy_signal(SignalPin pin) {
        const std::string folder = pin.name;
        for (const std::string_view name :
             {manifest_directory, wal_directory, signal_parts_directory})
            TRY(make_directory(join_path(join_path(target_, folder), name)));
        for (const auto& segment : pin.wal.segments) copier_.expect(segment.bytes);
        for (const auto& [id, part] : pin.manifest.parts) copier_.expect(part.facts.bytes);
        for (const auto& segment : pin.wal.segments)
            TRY(copy(join_path(join_path(folder, wal_directory), name_of(segment.path)),
                     segment.bytes));
        pin.wal = {};
        for (const auto& [id, part] : pin.manifest.parts)
            TRY(take_part({join_path(folder, part.path), part.facts.bytes}));
        return write_state_of(
            folder,
            {.state = pin.manifest, .number = 1, .store_id = pin.store_id, .is_damaged = false});
    }

    /// folder  "": of the store itself
    Result<void> write_state_of(const std::string& folder, ManifestContents contents) {
        const auto below = [&](const std::string& name) {
            return folder.empty() ? name : join_path(folder, name);
        };
        contents.state.is_clean = false;
        TRY(write_manifest(files_, folder.empty() ? target_ : join_path(target_, folder),
                           contents));
        for (const std::string& name :
             {below(join_path(manifest_directory, manifest_name(contents.number))),
              below(std::string(current_name))}) {
            const auto file = TRY(files_.open(join_path(target_, name), OpenMode::read));
            count(name, TRY(file->size()), std::nullopt);
        }
        return {};
    }

    /// After the log: what is not in a file of telemetry is there, what is in both is known by its
    /// number. What came later has numbers that the restored store gives away again: left out.
    Result<void> copy_telemetry(Lsn next, FileKeys* keys) {
        for (const std::string& name : TRY(files_.list(join_path(data_, telemetry_directory)))) {
            if (ends_with_temporary(name)) continue;
            const std::string path = join_path(telemetry_directory, name);
            auto bytes = read_file(files_, join_path(data_, path), 2 * telemetry_day_bytes_max);
            if (!bytes && bytes.error().code() == ErrorCode::not_found) continue;  // expired
            if (!bytes) return std::move(bytes).error();
            const auto text = open_file_text(keys, std::move(*bytes));
            if (!text && text.error().code() == ErrorCode::corrupt) {
                log_warn("telemetry file is damaged and not in the backup",
                         {{"file", path}, {"error", text.error()}});
                continue;
            }
            if (!text) return text.error();
            const std::string kept =
                TRY(seal_file(keys, telemetry_object(name), telemetry_below(*text, next)));
            TRY(write_small(path, kept));
        }
        return {};
    }

    /// After the log: numbers of documents that it speaks of may be new to the restored store, but
    /// none that the store speaks of is new to it.
    Result<void> copy_neighbour(const StoreNeighbour& neighbour) {
        const std::string copy = join_path(target_, neighbour.name) + std::string(temporary_suffix);
        TRY_WITHIN(neighbour.name, neighbour.copy_to(copy));
        const auto file = TRY(files_.open(copy, OpenMode::read));
        const std::uint64_t bytes = TRY(file->size());
        copier_.expect(bytes);
        const auto crc = TRY(copier_.copy(copy, join_path(target_, neighbour.name), bytes));
        count(neighbour.name, bytes, crc);
        return files_.remove(copy);
    }

    Result<void> write_small(const std::string& name, const std::string& text) {
        const auto file = TRY(files_.open(join_path(target_, name), OpenMode::replace));
        TRY(file->write(0, text));
        TRY(file->sync());
        count(name, text.size(), crc32c(text));
        return {};
    }

    Result<void> write_state(const StorePin& pin, Instant now) {
        TRY(write_state_of(
            "",
            {.state = pin.manifest, .number = 1, .store_id = pin.store_id, .is_damaged = false}));
        TRY(write_small(std::string(version_name), encode_version(pin.store_id)));
        // Last, and no key is retired meanwhile: it asks for every key that something needs.
        if (pin.keys != nullptr) {
            const std::string keyring =
                TRY(read_file(files_, join_path(data_, keyring_name), keyring_bytes_max));
            TRY(write_small(std::string(keyring_name), keyring));
        }
        list_.store_id = pin.store_id;
        list_.taken = now;
        return replace_file(files_, join_path(target_, backup_list_name),
                            encode_backup_list(list_));
    }

    FileSystem& files_;
    std::string data_;
    std::string previous_;
    const std::vector<StoreNeighbour>& neighbours_;
    std::string target_;
    FileCopier copier_;
    std::set<std::string> directories_;
    SnapshotReport report_;
    BackupList list_;
};

Result<void> check_free(FileSystem& files, const std::string& destination) {
    if (!TRY(files.exists(destination))) return {};
    const auto names = files.list(destination);
    if (names && names->empty()) return {};
    return Error(ErrorCode::conflict,
                 fmt::format("{} exists: a backup needs a new directory", destination));
}

}  // namespace

Result<SnapshotReport> write_snapshot(FileSystem& files, const std::string& data_directory,
                                      Instant now, const SnapshotOptions& options,
                                      const std::function<Result<StorePin>()>& pin) {
    TRY(check_free(files, options.destination));
    SnapshotWriter writer(files, data_directory, options);
    Result<void> done = writer.make_directories();
    if (done) {
        auto pinned = pin();
        done = pinned ? writer.write(std::move(*pinned), now) : Result<void>(pinned.error());
    }
    if (done) done = writer.publish(options.destination);
    if (!done) {
        writer.give_up();
        return std::move(done).error().within("backup");
    }
    return writer.report();
}

}  // namespace tomograph
