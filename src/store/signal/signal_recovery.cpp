#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/hash.h"
#include "base/log.h"
#include "store/file_names.h"
#include "store/signal/signal.h"

namespace tomograph {
namespace {

/// Logs of another store, or of another signal, are not replayed here.
std::uint64_t signal_id(std::uint64_t store_id, const std::string& name) {
    return mix64(store_id ^ hash64(name)) | 1;
}

/// Paths below `directory` of the parts in the folders of its days, and of what is unfinished.
struct FoundFiles {
    std::vector<std::string> parts;
    std::vector<std::string> temporaries;
};

Result<FoundFiles> find_files(FileSystem& files, const std::string& directory) {
    FoundFiles found;
    const std::string parts = join_path(directory, signal_parts_directory);
    for (const std::string& day : TRY(files.list(parts))) {
        const auto names = files.list(join_path(parts, day));
        if (!names) continue;  // not a directory: not ours
        for (const std::string& name : *names) {
            std::string path = join_path(join_path(signal_parts_directory, day), name);
            if (ends_with_temporary(name))
                found.temporaries.push_back(std::move(path));
            else if (name.ends_with(part_suffix))
                found.parts.push_back(std::move(path));
        }
    }
    return found;
}

}  // namespace

Result<void> Signal::make_directories() {
    for (const std::string_view name : {manifest_directory, wal_directory, signal_parts_directory})
        TRY(home_->files.make_directories(path(name)));
    return home_->files.sync_directory(directory_);
}

/// The first record of a new signal: the folder, an empty manifest, a log.
void Signal::begin() {
    if (has_folder_) return;
    const auto made = make_directories();
    if (!made) log_error("folder not made", {{"folder", directory_}, {"error", made.error()}});
    const std::uint64_t id = signal_id(home_->store_id, options_.name);
    manifest_->adopt({.state = {}, .number = 0, .store_id = id, .is_damaged = false});
    wal_->segments().set_store_id(id);
    // Before the first record can be answered: a folder with a log always has a manifest.
    const auto published = publish({SetFloor{Lsn{1}}}, {});
    if (!published)
        log_error("manifest is not writable",
                  {{"signal", options_.name}, {"error", published.error()}});
    wal_->start(Lsn{1}, {});
    has_folder_ = true;
}

Result<void> Signal::open_folder() {
    TRY(make_directories());
    auto contents = TRY(manifest_->load());
    const FoundFiles found = TRY(find_files(home_->files, directory_));
    if (!contents && !found.parts.empty())
        return Error(ErrorCode::corrupt,
                     fmt::format("{} holds parts, but no manifest: tomo fsck --repair makes one",
                                 directory_));
    ManifestContents state;
    if (contents)
        state = std::move(*contents);
    else
        state.store_id = signal_id(home_->store_id, options_.name);
    next_part_id_ = state.state.next_part_id;
    wal_->segments().set_store_id(state.store_id);
    inventory_ = TRY(list_wal(home_->files, path(wal_directory), state.store_id, home_->keys,
                              home_->quarantine));
    manifest_->adopt(std::move(state));
    TRY(open_parts());
    return clean_up();
}

Result<std::shared_ptr<SignalPart>> Signal::open_part(ManifestPart listed) {
    auto blocks =
        TRY(PartBlockReader::open(home_->files, path(listed.path), home_->keys, options_.name));
    auto content = TRY_WITHIN(listed.path, content_.open_part(*blocks));
    auto part =
        std::make_shared<SignalPart>(home_->files, metrics_, std::move(listed), std::move(blocks));
    part->set_content(std::move(content));
    return part;
}

Result<void> Signal::open_parts() {
    SignalView opened;
    opened.through = Lsn{manifest_->state().floor.value - 1};
    std::vector<ManifestEdit> edits;
    for (const auto& [id, listed] : manifest_->state().parts) {
        auto part = open_part(listed);
        if (part) {
            opened.parts.push_back(std::move(*part));
            continue;
        }
        const Error error = std::move(part).error();
        if (error.code() != ErrorCode::corrupt && error.code() != ErrorCode::not_found)
            return error;
        if (error.code() == ErrorCode::corrupt)
            TRY(home_->quarantine.move(path(listed.path), error.message()));
        else
            log_error("listed file is missing", {{"file", listed.path}, {"error", error}});
        edits.emplace_back(
            NoteQuarantine{.part_id = id, .what = listed.path, .why = error.message()});
    }
    view_.lock()->shown = std::make_shared<const SignalView>(std::move(opened));
    // A new manifest for every start: it ends the clean mark of the last one.
    edits.emplace_back(SetFloor{manifest_->state().floor});
    return publish(std::move(edits), {});
}

/// Removes unfinished publications and parts that were replaced; keeps them aside when the manifest
/// does not know for certain which those are.
Result<void> Signal::clean_up() {
    std::set<std::string> listed;
    for (const auto& [id, part] : manifest_->state().parts) listed.insert(part.path);
    for (const std::string_view name : {manifest_directory, wal_directory})
        for (const std::string& entry : TRY(home_->files.list(path(name))))
            if (ends_with_temporary(entry)) TRY(home_->files.remove(join_path(path(name), entry)));
    const FoundFiles found = TRY(find_files(home_->files, directory_));
    for (const std::string& name : found.temporaries) TRY(home_->files.remove(path(name)));
    for (const std::string& name : found.parts) {
        if (listed.contains(name)) continue;
        if (manifest_->is_damaged())
            TRY(home_->quarantine.move(path(name), "the manifest is damaged and does not list it"));
        else
            TRY(home_->files.remove(path(name)));
    }
    return {};
}

Result<void> Signal::replay_log() {
    const Duration start = home_->clock.monotonic();
    WalReplay replay(home_->files, metrics_, home_->quarantine, *this);
    const Lsn floor = manifest_->state().floor;
    TRY_WITHIN("replay", replay.run(inventory_, {.floor = floor}));
    metrics_.replay_seconds.set((home_->clock.monotonic() - start).as_seconds());
    Lsn next = std::max(replay.next(), floor);
    for (const auto& part : view()->parts)
        next = std::max(next, Lsn{part->facts().lsn_max.value + 1});
    wal_->segments().start_after(inventory_.serial_max);
    for (const auto& [name, size] : inventory_.spares) {
        const bool is_usable = size == options_.wal_segment_bytes && home_->keys == nullptr;
        const auto adopted = is_usable ? wal_->segments().adopt_spare(name, size)
                                       : home_->files.remove(join_path(path(wal_directory), name));
        if (!adopted) log_warn("spare log segment not usable", {{"error", adopted.error()}});
    }
    wal_->start(next, replay.closed(home_->clock));
    become_ready();
    return {};
}

void Signal::replay(Lsn first, Instant received, std::span<const std::string_view> documents) {
    static_cast<void>(first);
    static_cast<void>(received);
    // No signal writes these.
    metrics_.replay_unreadable.add(documents.size());
}

void Signal::replay_telemetry(Lsn lsn, Instant received, std::string_view json) {
    std::int64_t nothing = -1;
    open_since_ns_.compare_exchange_strong(nothing, home_->clock.monotonic().ns);
    content_.apply(lsn, received, std::string(json));
}

}  // namespace tomograph
