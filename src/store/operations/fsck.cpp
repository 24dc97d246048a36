#include "store/operations/fsck.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"
#include "store/engine/manifest.h"
#include "store/engine/version_file.h"
#include "store/file_names.h"
#include "store/operations/rebuild_manifest.h"
#include "store/operations/repair_signal.h"
#include "store/wal/segment.h"

namespace tomograph {
namespace {

class Repair {
 public:
    Repair(FileSystem& files, const std::string& directory, FsckReport& report)
        : files_(files), directory_(directory), manifest_(files, directory), report_(report) {}

    Result<void> run() {
        TRY(files_.make_directories(path(quarantine_directory)));
        for (const std::string_view name :
             {manifest_directory, wal_directory, spans_directory, rollup_directory})
            TRY(files_.make_directories(path(name)));
        ManifestContents contents = TRY(load());
        for (const Damage& damage : report_.found.damage)
            if (damage.is_unusable) TRY(set_aside(damage.file, damage.what, contents.state));
        manifest_.adopt(contents);
        // Commits write a new file first: it says all, and the damaged ones go.
        TRY(manifest_.commit({SetFloor{contents.state.floor}}));
        return write_version(contents.store_id);
    }

 private:
    std::string path(std::string_view name) const { return join_path(directory_, name); }

    Result<ManifestContents> load() {
        auto loaded = manifest_.load();
        if (loaded && *loaded) return std::move(**loaded);
        if (!loaded && loaded.error().code() != ErrorCode::corrupt) return loaded.error();
        RebuiltManifest rebuilt = TRY(rebuild_manifest(files_, directory_));
        for (const std::string& name : rebuilt.superseded)
            TRY(move(name, "a merged part has all of it"));
        for (const std::string& name : rebuilt.unreadable) TRY(move(name, "no part can be read"));
        report_.repairs.push_back(
            fmt::format("the manifest was made again from {} parts and {} rollups",
                        rebuilt.state.parts.size(), rebuilt.state.rollups.size()));
        ManifestContents contents;
        contents.state = std::move(rebuilt.state);
        contents.state.floor = {};
        contents.store_id = TRY(find_store_id());
        return contents;
    }

    /// As VERSION says, or the log; any, when neither does.
    Result<std::uint64_t> find_store_id() {
        const VersionFile version = TRY(read_version(files_, directory_));
        if (version.is_readable) return version.store_id;
        for (const std::string& name : TRY(files_.list(path(wal_directory)))) {
            if (!parse_wal_name(name)) continue;
            const auto file =
                TRY(files_.open(join_path(path(wal_directory), name), OpenMode::read));
            const std::uint64_t size = std::min(TRY(file->size()), wal_frames_offset);
            const auto header =
                decode_segment_header(TRY(file->read(0, static_cast<std::size_t>(size))));
            if (header) return header->store_id;
        }
        return hash64(directory_, 1) | 1;
    }

    Result<void> set_aside(const std::string& name, const std::string& why, ManifestState& state) {
        const auto listed = std::find_if(state.parts.begin(), state.parts.end(),
                                         [&](const auto& p) { return p.second.path == name; });
        if (listed != state.parts.end()) state.parts.erase(listed);
        std::erase_if(state.rollups, [&](const auto& r) { return r.second.path == name; });
        const bool is_file = name.starts_with(spans_directory) || name.starts_with(wal_directory) ||
                             name.starts_with(rollup_directory);
        if (!is_file) return {};
        return put_aside(files_, directory_, {.file = name, .what = why}, report_.repairs);
    }

    Result<void> move(const std::string& name, std::string_view why) {
        return put_aside(files_, directory_, {.file = name, .what = std::string(why)},
                         report_.repairs);
    }

    Result<void> write_version(std::uint64_t store_id) {
        const VersionFile version = TRY(read_version(files_, directory_));
        if (version.is_readable && version.store_id == store_id) return {};
        TRY(replace_file(files_, path(version_name), encode_version(store_id)));
        report_.repairs.push_back("VERSION was written again");
        return {};
    }

    FileSystem& files_;
    std::string directory_;
    Manifest manifest_;
    FsckReport& report_;
};

}  // namespace

bool FsckReport::has_bad_blocks() const {
    return std::any_of(found.damage.begin(), found.damage.end(), [](const Damage& damage) {
        return !damage.is_unusable &&
               (damage.file.starts_with(spans_directory) ||
                damage.file.starts_with(rollup_directory) || is_of_signal(damage.file));
    });
}

Result<FsckReport> fsck_store(FileSystem& files, const std::string& directory, bool repair,
                              const StoreProgressCall& progress) {
    TRY(files.list(directory));  // a lock would make it
    const auto lock = TRY_WITHIN("data directory", files.lock(join_path(directory, lock_name)));
    FsckReport report;
    report.found = TRY(verify_store(files, directory, progress));
    if (repair && !report.is_sound()) {
        TRY_WITHIN("repair", Repair(files, directory, report).run());
        for (const std::string_view signal : signal_names)
            TRY_WITHIN("repair", repair_signal(files, directory, signal, report.found.damage,
                                               report.repairs));
    }
    return report;
}

}  // namespace tomograph
