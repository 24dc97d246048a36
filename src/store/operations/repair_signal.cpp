#include "store/operations/repair_signal.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"
#include "store/engine/manifest.h"
#include "store/file_names.h"
#include "store/limits.h"
#include "store/part/block_reader.h"
#include "store/wal/segment.h"

namespace tomograph {
namespace {

class SignalRepair {
 public:
    SignalRepair(FileSystem& files, const std::string& directory, std::string_view signal,
                 std::vector<std::string>& repairs)
        : files_(files),
          directory_(directory),
          signal_(signal),
          manifest_(files, join_path(directory, signal)),
          repairs_(repairs) {}

    Result<void> run(const std::vector<Damage>& damage) {
        ManifestContents contents = TRY(load());
        for (const Damage& found : damage) {
            if (!found.is_unusable || !found.file.starts_with(below(""))) continue;
            std::erase_if(contents.state.parts,
                          [&](const auto& part) { return below(part.second.path) == found.file; });
            const bool is_file = found.file.starts_with(below(signal_parts_directory)) ||
                                 found.file.starts_with(below(wal_directory));
            if (is_file) TRY(put_aside(files_, directory_, found, repairs_));
        }
        manifest_.adopt(contents);
        return manifest_.commit({SetFloor{contents.state.floor}});
    }

 private:
    std::string below(std::string_view name) const { return join_path(signal_, name); }
    std::string path(std::string_view name) const { return join_path(directory_, name); }

    Result<ManifestContents> load() {
        auto loaded = manifest_.load();
        if (loaded && *loaded) return std::move(**loaded);
        if (!loaded && loaded.error().code() != ErrorCode::corrupt) return loaded.error();
        return rebuild();
    }

    /// Parts hold whole records, in order: the log goes on where they end. What retention removed
    /// is not in the log any more, either.
    Result<ManifestContents> rebuild() {
        ManifestContents contents;
        contents.store_id = TRY(find_id());
        std::vector<ManifestPart> parts;
        const std::string folder = below(signal_parts_directory);
        for (const std::string& day : TRY(files_.list(path(folder)))) {
            const auto names = files_.list(path(join_path(folder, day)));
            if (!names) continue;
            for (const std::string& name : *names) {
                const std::string file = join_path(join_path(folder, day), name);
                if (!name.ends_with(part_suffix)) continue;
                const auto blocks = PartBlockReader::open_closed(files_, path(file), signal_);
                if (!blocks && blocks.error().code() != ErrorCode::corrupt) return blocks.error();
                if (!blocks)
                    TRY(put_aside(files_, directory_,
                                  {.file = file, .what = blocks.error().message()}, repairs_));
                else
                    parts.push_back({.id = 0,
                                     .level = level_of(name),
                                     .path = file.substr(signal_.size() + 1),
                                     .facts = (*blocks)->footer().facts});
            }
        }
        take(std::move(parts), contents.state);
        repairs_.push_back(fmt::format("the manifest of {} was made again from {} parts", signal_,
                                       contents.state.parts.size()));
        return contents;
    }

    /// A part that a merge had replaced but not removed yet lies inside of the merged one.
    void take(std::vector<ManifestPart> parts, ManifestState& state) {
        std::stable_sort(parts.begin(), parts.end(),
                         [](const auto& a, const auto& b) { return a.level > b.level; });
        std::vector<ManifestPart> kept;
        for (ManifestPart& part : parts) {
            const bool is_replaced = std::any_of(kept.begin(), kept.end(), [&](const auto& merged) {
                return merged.level > part.level && day_of(merged.path) == day_of(part.path) &&
                       merged.facts.lsn_min <= part.facts.lsn_min &&
                       part.facts.lsn_max <= merged.facts.lsn_max;
            });
            if (!is_replaced) kept.push_back(std::move(part));
        }
        for (ManifestPart& part : kept) {
            part.id = state.next_part_id++;
            state.floor = std::max(state.floor, Lsn{part.facts.lsn_max.value + 1});
            state.parts[part.id] = std::move(part);
        }
    }

    static std::string_view day_of(std::string_view file) {
        return file.substr(0, file.rfind('/'));
    }

    /// "L3-…"
    static std::uint32_t level_of(const std::string& name) {
        const bool is_level = name.size() > 1 && name[0] == 'L' && name[1] >= '0' && name[1] <= '9';
        return is_level ? static_cast<std::uint32_t>(name[1] - '0') : 0;
    }

    /// As the log says; any, when there is none.
    Result<std::uint64_t> find_id() {
        const std::string folder = path(below(wal_directory));
        for (const std::string& name : TRY(files_.list(folder))) {
            if (!parse_wal_name(name)) continue;
            const auto file = TRY(files_.open(join_path(folder, name), OpenMode::read));
            const std::uint64_t size = std::min(TRY(file->size()), wal_frames_offset);
            const auto header =
                decode_segment_header(TRY(file->read(0, static_cast<std::size_t>(size))));
            if (header) return header->store_id;
        }
        return hash64(directory_, 1) | 1;
    }

    FileSystem& files_;
    std::string directory_;
    std::string signal_;
    Manifest manifest_;
    std::vector<std::string>& repairs_;
};

}  // namespace

bool is_of_signal(std::string_view path) {
    return std::any_of(signal_names.begin(), signal_names.end(), [&](std::string_view name) {
        return path.starts_with(join_path(name, ""));
    });
}

Result<void> put_aside(FileSystem& files, const std::string& directory, const Damage& damage,
                       std::vector<std::string>& repairs) {
    const std::string path = join_path(directory, damage.file);
    if (!TRY(files.exists(path))) {
        repairs.push_back(fmt::format("{} is missing, it is not listed any more", damage.file));
        return {};
    }
    const std::string quarantine = join_path(directory, quarantine_directory);
    const std::string base = damage.file.substr(damage.file.rfind('/') + 1);
    std::string target;
    for (unsigned n = 1; target.empty() || TRY(files.exists(target)); ++n)
        target = fmt::format("{}/{}.{}", quarantine, base, n);
    TRY(files.rename(path, target));
    TRY(files.sync_directory(quarantine));
    repairs.push_back(fmt::format("{} was moved to quarantine: {}", damage.file, damage.what));
    return {};
}

Result<void> repair_signal(FileSystem& files, const std::string& directory, std::string_view signal,
                           const std::vector<Damage>& damage, std::vector<std::string>& repairs) {
    const bool is_hurt = std::any_of(damage.begin(), damage.end(), [&](const Damage& found) {
        return found.file.starts_with(join_path(signal, ""));
    });
    if (!is_hurt) return {};
    for (const std::string_view name : {manifest_directory, wal_directory, signal_parts_directory})
        TRY(files.make_directories(join_path(join_path(directory, signal), name)));
    return SignalRepair(files, directory, signal, repairs).run(damage);
}

}  // namespace tomograph
