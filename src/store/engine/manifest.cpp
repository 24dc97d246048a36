#include "store/engine/manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/crc32c.h"
#include "base/log.h"
#include "store/engine/manifest_format.h"
#include "store/file_names.h"
#include "store/limits.h"

namespace tomograph {
namespace {

std::string encode_current(std::uint32_t number) {
    const std::string name = manifest_name(number);
    return fmt::format("{} {:08x}\n", name, crc32c(name));
}

std::optional<std::uint32_t> decode_current(std::string_view text) {
    const auto space = text.find(' ');
    if (space == std::string_view::npos) return std::nullopt;
    const auto number = parse_manifest_name(text.substr(0, space));
    if (!number || encode_current(*number) != text) return std::nullopt;
    return number;
}

std::string manifest_path(const std::string& directory, std::uint32_t number) {
    return fmt::format("{}/{}/{}", directory, manifest_directory, manifest_name(number));
}

/// A manifest whose first record is the whole state.
std::string encode_image(std::uint32_t number, std::uint64_t store_id, const ManifestState& state) {
    std::vector<ManifestEdit> edits;
    edits.emplace_back(SetNextPartId{state.next_part_id});
    edits.emplace_back(SetFloor{state.floor});
    for (const auto& [id, part] : state.parts) edits.emplace_back(AddPart{part});
    for (const auto& [id, rollup] : state.rollups) edits.emplace_back(AddRollup{rollup});
    if (!state.policies.empty()) edits.emplace_back(SetPolicies{state.policies});
    for (const auto& [id, through] : state.redacted) edits.emplace_back(Redact{id, through});
    for (const TraceId id : state.pins) edits.emplace_back(Pin{id});
    if (state.is_clean) edits.emplace_back(MarkClean{});
    return encode_manifest_header(number, store_id) +
           encode_record(record_seed(number, store_id), 1, encode_edits(edits));
}

Result<std::unique_ptr<File>> write_image(FileSystem& files, const std::string& directory,
                                          std::uint32_t number, const std::string& image) {
    auto file = TRY(files.open(manifest_path(directory, number), OpenMode::replace));
    TRY(file->write(0, image));
    TRY(file->sync());
    TRY(files.sync_directory(join_path(directory, manifest_directory)));
    TRY(replace_file(files, join_path(directory, current_name), encode_current(number)));
    return file;
}

}  // namespace

Result<std::unique_ptr<File>> write_manifest(FileSystem& files, const std::string& data_directory,
                                             const ManifestContents& contents) {
    return write_image(files, data_directory, contents.number,
                       encode_image(contents.number, contents.store_id, contents.state));
}

void ManifestState::apply(const ManifestEdit& edit) {
    is_clean = std::holds_alternative<MarkClean>(edit);
    if (const auto* add = std::get_if<AddPart>(&edit)) {
        parts[add->part.id] = add->part;
        next_part_id = std::max(next_part_id, add->part.id + 1);
    } else if (const auto* drop = std::get_if<DropPart>(&edit)) {
        parts.erase(drop->id);
    } else if (const auto* set = std::get_if<SetFloor>(&edit)) {
        floor = std::max(floor, set->floor);
        std::erase_if(redacted, [&](const auto& entry) { return entry.second < floor; });
    } else if (const auto* quarantine = std::get_if<NoteQuarantine>(&edit)) {
        parts.erase(quarantine->part_id);
        rollups.erase(quarantine->part_id);
    } else if (const auto* next = std::get_if<SetNextPartId>(&edit)) {
        next_part_id = std::max(next_part_id, next->id);
    } else if (const auto* fold = std::get_if<AddRollup>(&edit)) {
        rollups[fold->rollup.id] = fold->rollup;
        next_part_id = std::max(next_part_id, fold->rollup.id + 1);
    } else if (const auto* gone = std::get_if<DropRollup>(&edit)) {
        rollups.erase(gone->id);
    } else if (const auto* all = std::get_if<SetPolicies>(&edit)) {
        policies = all->policies;
    } else if (const auto* redaction = std::get_if<Redact>(&edit)) {
        redacted[redaction->id] = redaction->through;
    } else if (const auto* pin = std::get_if<Pin>(&edit)) {
        pins.insert(pin->id);
    } else if (const auto* unpin = std::get_if<Unpin>(&edit)) {
        pins.erase(unpin->id);
    }
}

Manifest::Manifest(FileSystem& files, std::string data_directory)
    : files_(files), directory_(std::move(data_directory)) {}

std::string Manifest::path_of(std::uint32_t number) const {
    return manifest_path(directory_, number);
}

Result<std::optional<ManifestContents>> Manifest::load_number(std::uint32_t number) {
    const std::string path = path_of(number);
    const auto bytes = read_file(files_, path, manifest_read_bytes_max);
    if (!bytes) {
        if (bytes.error().code() == ErrorCode::not_found) return std::optional<ManifestContents>();
        return bytes.error();
    }
    auto contents = read_manifest(*bytes);
    if (contents) return std::optional(std::move(*contents));
    if (contents.error().code() != ErrorCode::corrupt)
        return std::move(contents).error().within(path);
    log_error("manifest is damaged", {{"file", path}, {"error", contents.error()}});
    return std::optional<ManifestContents>();
}

Result<std::optional<ManifestContents>> Manifest::load() {
    std::vector<std::uint32_t> numbers;
    for (const auto& name : TRY(files_.list(join_path(directory_, manifest_directory))))
        if (const auto number = parse_manifest_name(name)) numbers.push_back(*number);
    number_highest_ = numbers.empty() ? 0 : numbers.back();

    const auto current =
        read_file(files_, join_path(directory_, current_name), small_file_bytes_max);
    if (!current && current.error().code() != ErrorCode::not_found &&
        current.error().code() != ErrorCode::limit)
        return current.error();
    const auto named = current ? decode_current(*current) : std::nullopt;
    if (named) {
        auto contents = TRY(load_number(*named));
        if (contents) return contents;
    }
    // A start that died before CURRENT was first written left a manifest that says nothing yet;
    // after damage the newest one that is whole holds all that any older one does.
    for (auto number = numbers.rbegin(); number != numbers.rend(); ++number) {
        auto contents = TRY(load_number(*number));
        if (!contents) continue;
        if (current) log_error("CURRENT is damaged", {{"manifest", manifest_name(*number)}});
        contents->is_damaged |= static_cast<bool>(current) || *number > 1;
        return contents;
    }
    if (current) return Error(ErrorCode::corrupt, "CURRENT names a manifest, but none can be read");
    return std::optional<ManifestContents>();
}

void Manifest::adopt(ManifestContents contents) {
    contents_ = std::move(contents);
    file_.reset();
}

Result<void> Manifest::commit(std::vector<ManifestEdit> edits) {
    pending_.insert(pending_.end(), std::make_move_iterator(edits.begin()),
                    std::make_move_iterator(edits.end()));
    ManifestState state = contents_.state;
    for (const ManifestEdit& edit : pending_) state.apply(edit);

    Result<void> done = Error(ErrorCode::io, "no manifest is open");
    if (file_ && size_ < manifest_bytes_max) {
        done = append(encode_edits(pending_));
        if (!done) log_error("manifest failed, writing a new one", {{"error", done.error()}});
    }
    if (!done) {
        file_.reset();
        done = rewrite(state);
    }
    if (!done) return std::move(done).error().within("manifest");
    contents_.state = std::move(state);
    pending_.clear();
    return {};
}

Result<void> Manifest::append(const std::string& payload) {
    const std::string bytes = encode_record(seed_, ++sequence_, payload);
    TRY(file_->write(size_, bytes));
    TRY(file_->sync());
    size_ += bytes.size();
    return {};
}

Result<void> Manifest::rewrite(const ManifestState& state) {
    const std::uint32_t number = ++number_highest_;
    const std::string image = encode_image(number, contents_.store_id, state);
    file_ = TRY(write_image(files_, directory_, number, image));
    size_ = image.size();
    seed_ = record_seed(number, contents_.store_id);
    sequence_ = 1;
    contents_.number = number;
    remove_others();
    return {};
}

void Manifest::remove_others() {
    const std::string folder = join_path(directory_, manifest_directory);
    const auto names = files_.list(folder);
    if (!names) return;
    for (const std::string& name : *names) {
        const auto number = parse_manifest_name(name);
        if (!number || *number == contents_.number) continue;
        const auto removed = files_.remove(join_path(folder, name));
        if (!removed) log_warn("old manifest not removed", {{"error", removed.error()}});
    }
}

}  // namespace tomograph
