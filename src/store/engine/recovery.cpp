#include "store/engine/recovery.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/hash.h"
#include "base/log.h"
#include "store/file_names.h"

namespace tomograph {
namespace {

std::uint64_t new_store_id(const StoreCore& core) {
    const std::uint64_t id =
        mix64(static_cast<std::uint64_t>(core.clock.now().ns)) ^
        hash64(core.options.directory, static_cast<std::uint64_t>(core.clock.monotonic().ns));
    return id == 0 ? 1 : id;
}

}  // namespace

Result<void> Recovery::open_directory() {
    TRY(core_.files.make_directories(core_.options.directory));
    lock_ = TRY_WITHIN("data directory", core_.files.lock(core_.path(lock_name)));
    const VersionFile version = TRY(read_version(core_.files, core_.options.directory));
    core_.keys = TRY(
        StoreKeys::match(core_.files, core_.options.directory, core_.options.master_keys.get()));
    TRY(make_directories());
    TRY(core_.quarantine.open());
    TRY(load_manifest(version));
    TRY(use_keys());
    inventory_ = TRY(list_wal(core_.files, core_.path(wal_directory), publisher_manifest_id_,
                              core_.file_keys(), core_.quarantine));
    TRY(open_parts());
    for (const StoreNeighbour& neighbour : core_.options.neighbours) TRY(neighbour.open());
    for (Signal* signal : core_.options.signals) TRY(signal->open(signal_home()));
    if (core_.keys) TRY(core_.keys->write_keyring());
    // A new manifest for every start: it ends the clean mark of the last one.
    edits_.emplace_back(SetFloor{publisher_.manifest().state().floor});
    const auto committed = publisher_.publish(std::move(edits_), {});
    // What was read may never have reached the disk: a power cut would bring an older record back,
    // and with it the names of files that nobody lists now. They go when the new manifest is there.
    if (committed) return clean_up();
    log_error("manifest is not writable", {{"error", committed.error()}});
    return {};
}

SignalHome Recovery::signal_home() {
    return {.files = core_.files,
            .clock = core_.clock,
            .quarantine = core_.quarantine,
            .keys = core_.file_keys(),
            .data_directory = core_.options.directory,
            .store_id = publisher_manifest_id_,
            .background = core_.options.background,
            .disk_is_low = [this] { return core_.disk_is_low.load(); }};
}

Result<void> Recovery::make_directories() {
    for (const std::string_view name : {manifest_directory, wal_directory, spans_directory,
                                        rollup_directory, telemetry_directory})
        TRY(core_.files.make_directories(core_.path(name)));
    return core_.files.sync_directory(core_.options.directory);
}

Result<bool> Recovery::has_parts() {
    for (const std::string& name : TRY(core_.files.list(core_.path(rollup_directory))))
        if (name.ends_with(rollup_suffix)) return true;
    const std::string spans = core_.path(spans_directory);
    for (const std::string& day : TRY(core_.files.list(spans))) {
        const auto names = core_.files.list(join_path(spans, day));
        if (!names) continue;  // not a directory: not ours
        for (const std::string& name : *names)
            if (name.ends_with(part_suffix)) return true;
    }
    return false;
}

Result<void> Recovery::load_manifest(const VersionFile& version) {
    auto contents = TRY(publisher_.manifest().load());
    if (!contents && TRY(has_parts()))
        return Error(ErrorCode::corrupt,
                     fmt::format("{} holds parts, but no manifest: tomo fsck --repair makes one",
                                 core_.options.directory));
    ManifestContents state;
    if (contents) {
        state = std::move(*contents);
    } else {
        state.store_id = version.is_readable ? version.store_id : new_store_id(core_);
    }
    core_.metrics.prev_shutdown_clean.set(state.state.is_clean ? 1 : 0);
    publisher_manifest_id_ = state.store_id;
    publisher_.start_ids_at(state.state.next_part_id);
    if (version.exists && !version.is_readable)
        log_error("VERSION is damaged, written again", {{"file", core_.path(version_name)}});
    if (!version.is_readable)
        TRY(replace_file(core_.files, core_.path(version_name),
                         encode_version(publisher_manifest_id_)));
    publisher_.manifest().adopt(std::move(state));
    return {};
}

Result<void> Recovery::use_keys() {
    if (!core_.keys) return {};
    TRY(core_.keys->set_store_id(publisher_manifest_id_));
    core_.quarantine.set_keys(core_.file_keys());
    core_.telemetry.set_keys(core_.file_keys());
    return {};
}

Result<void> Recovery::open_parts() {
    std::vector<std::shared_ptr<LivePart>> parts;
    for (const auto& [id, listed] : publisher_.manifest().state().parts) {
        auto part = LivePart::open(core_.part_files(), core_.options.directory, listed, core_.cache,
                                   core_.metrics);
        if (part) {
            parts.push_back(std::move(*part));
            continue;
        }
        TRY(give_up(id, listed.path, std::move(part).error()));
    }
    auto rollups = TRY(open_rollups());
    core_.view.lock()->parts = make_snapshot(std::move(parts), std::move(rollups));
    return {};
}

Result<std::vector<std::shared_ptr<LiveRollup>>> Recovery::open_rollups() {
    std::vector<std::shared_ptr<LiveRollup>> rollups;
    for (const auto& [id, listed] : publisher_.manifest().state().rollups) {
        auto rollup = LiveRollup::open(core_.part_files(), core_.options.directory, listed,
                                       core_.cache, core_.metrics);
        if (rollup)
            rollups.push_back(std::move(*rollup));
        else
            TRY(give_up(id, listed.path, std::move(rollup).error()));
    }
    return rollups;
}

Result<void> Recovery::give_up(std::uint64_t id, const std::string& path, Error error) {
    const ErrorCode code = error.code();
    if (code != ErrorCode::corrupt && code != ErrorCode::not_found)
        return std::move(error).within(path);
    if (code == ErrorCode::corrupt)
        TRY(core_.quarantine.move(core_.path(path), error.message()));
    else
        log_error("listed file is missing", {{"file", path}, {"error", error}});
    edits_.emplace_back(NoteQuarantine{.part_id = id, .what = path, .why = error.message()});
    return {};
}

Result<void> Recovery::clean_up() {
    TRY(remove_temporaries(core_.options.directory));
    for (const std::string_view name : {manifest_directory, wal_directory, rollup_directory,
                                        telemetry_directory, quarantine_directory})
        TRY(remove_temporaries(core_.path(name)));
    TRY(clean_rollups());
    return clean_spans();
}

Result<void> Recovery::remove_temporaries(const std::string& directory) {
    for (const std::string& name : TRY(core_.files.list(directory)))
        if (ends_with_temporary(name)) TRY(core_.files.remove(join_path(directory, name)));
    return {};
}

/// Removes unfinished publications and parts that were replaced; keeps them aside when the manifest
/// does not know for certain which those are.
Result<void> Recovery::clean_spans() {
    std::set<std::string> listed;
    for (const auto& [id, part] : publisher_.manifest().state().parts)
        listed.insert(core_.path(part.path));
    const std::string spans = core_.path(spans_directory);
    for (const std::string& day : TRY(core_.files.list(spans))) {
        const std::string directory = join_path(spans, day);
        const auto names = core_.files.list(directory);
        if (!names) continue;  // not a directory: not ours
        for (const std::string& name : *names) {
            const std::string path = join_path(directory, name);
            if (ends_with_temporary(name)) {
                TRY(core_.files.remove(path));
            } else if (name.ends_with(part_suffix) && !listed.contains(path)) {
                TRY(remove_unlisted(path));
            }
        }
    }
    return {};
}

Result<void> Recovery::clean_rollups() {
    std::set<std::string> listed;
    for (const auto& [id, rollup] : publisher_.manifest().state().rollups)
        listed.insert(core_.path(rollup.path));
    const std::string directory = core_.path(rollup_directory);
    for (const std::string& name : TRY(core_.files.list(directory))) {
        const std::string path = join_path(directory, name);
        if (name.ends_with(rollup_suffix) && !listed.contains(path)) TRY(remove_unlisted(path));
    }
    return {};
}

Result<void> Recovery::remove_unlisted(const std::string& path) {
    if (!publisher_.manifest().is_damaged()) return core_.files.remove(path);
    return core_.quarantine.move(path, "the manifest is damaged and does not list it");
}

Result<void> Recovery::learn_known() {
    const Lsn floor = publisher_.manifest().state().floor;
    for (const auto& part : core_.parts()->parts) {
        const PartFacts& facts = part->facts();
        if (facts.lsn_max < floor) continue;
        for (std::uint64_t ordinal = 0; ordinal < facts.traces; ++ordinal) {
            const auto row = part->reader().row(static_cast<std::uint32_t>(ordinal));
            if (!row && row.error().code() != ErrorCode::corrupt) return row.error();
            if (!row || row->lsn_max < floor) continue;
            Lsn& known = known_[row->id];
            known = std::max(known, row->lsn_max);
        }
    }
    return {};
}

Result<void> Recovery::replay() {
    const Duration start = core_.clock.monotonic();
    TRY(learn_known());
    TRY_WITHIN("replay", replay_.run(inventory_, {.floor = publisher_.manifest().state().floor}));
    known_ = {};
    const double seconds = (core_.clock.monotonic() - start).as_seconds();
    core_.metrics.replay_seconds.set(seconds);
    log_info("log replayed", {{"bytes", inventory_.bytes},
                              {"documents", core_.metrics.replayed_documents.value()},
                              {"lost", core_.metrics.replay_lost_documents.value()},
                              {"damaged_bytes", core_.metrics.replay_damaged_bytes.value()},
                              {"seconds", seconds}});
    if (flush_failure_) return *flush_failure_;
    return {};
}

bool Recovery::is_redacted(TraceId id, Lsn lsn) {
    const auto& redacted = publisher_.manifest().state().redacted;
    const auto found = redacted.find(id);
    return found != redacted.end() && lsn <= found->second;
}

void Recovery::replay(Lsn first, Instant received, std::span<const std::string_view> documents) {
    static_cast<void>(received);
    if (flush_failure_) return;  // there is no room for more; the store will not be ready
    std::vector<Document> one(1);
    for (const std::string_view bytes : documents) {
        const Lsn lsn = first;
        ++first.value;
        auto document = assembly_.document(bytes);
        if (!document) {
            core_.metrics.replay_unreadable.add();
            core_.quarantine.keep_copy(fmt::format("document-{:x}.json", lsn.value), bytes,
                                       "the decoder refuses a document of the log");
            continue;
        }
        const TraceId id = document->header.trace_id;
        const auto known = known_.find(id);
        if (known != known_.end() && lsn <= known->second) {
            core_.metrics.replayed_known.add();
            continue;
        }
        if (is_redacted(id, lsn)) {
            core_.metrics.replayed_redacted.add();
            continue;
        }
        core_.metrics.replayed_documents.add();
        one.resize(1);
        one.front() = std::move(*document);
        core_.open.insert(lsn, std::move(one), core_.clock.monotonic(), false);
        one.clear();
    }
    flush_if_over_budget();
}

void Recovery::replay_telemetry(Lsn lsn, Instant received, std::string_view json) {
    core_.telemetry.add(lsn, received, std::string(json));
}

void Recovery::flush_if_over_budget() {
    if (!sealer_.is_over_budget() || flush_failure_) return;
    const auto flushed = flusher_.flush(sealer_.take_ready(Lsn{}, false));
    // Going on would break the promise of bounded memory.
    if (!flushed) flush_failure_ = flushed.error();
}

void Recovery::start(WalWriter& wal) {
    Lsn next = std::max(replay_.next(), publisher_.manifest().state().floor);
    for (const auto& part : core_.parts()->parts)
        next = std::max(next, Lsn{part->facts().lsn_max.value + 1});
    wal.segments().set_keys(core_.file_keys());
    wal.segments().start_after(inventory_.serial_max);
    for (const auto& [name, size] : inventory_.spares) {
        // With a key set: what is in it may have been written before there was one.
        const bool is_usable = size == core_.options.wal_segment_bytes && !core_.keys;
        const auto adopted = is_usable
                                 ? wal.segments().adopt_spare(name, size)
                                 : core_.files.remove(join_path(core_.path(wal_directory), name));
        if (!adopted) log_warn("spare log segment not usable", {{"error", adopted.error()}});
    }
    wal.start(next, replay_.closed(core_.clock));
}

}  // namespace tomograph
