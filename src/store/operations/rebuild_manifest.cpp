#include "store/operations/rebuild_manifest.h"

#include <algorithm>
#include <charconv>
#include <memory>

#include "store/file_names.h"
#include "store/operations/file_copy.h"
#include "store/part/part.h"
#include "store/part/rollup.h"

namespace tomograph {
namespace {

struct FoundPart {
    ManifestPart listed;
    std::unique_ptr<PartReader> reader;
};

template <class Number>
std::optional<Number> number_of(std::string_view text, int base) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// Level and id from "L0-1795430000-1795430015-0000000000000007.part".
bool take_name(std::string_view path, ManifestPart& part) {
    std::string_view name = path.substr(path.rfind('/') + 1);
    if (!name.starts_with('L') || !name.ends_with(part_suffix)) return false;
    name.remove_suffix(part_suffix.size());
    const auto level = number_of<std::uint32_t>(name.substr(1, name.find('-') - 1), 10);
    const auto id = number_of<std::uint64_t>(name.substr(name.rfind('-') + 1), 16);
    if (!level || !id) return false;
    part.level = *level;
    part.id = *id;
    part.path = path;
    return true;
}

bool holds(const std::vector<StoredDocument>& documents, const StoredDocument& wanted) {
    return std::any_of(documents.begin(), documents.end(), [&](const StoredDocument& document) {
        return document.document.header.id == wanted.document.header.id &&
               replaces(document, wanted);
    });
}

/// Every document of the row is in `merged`, or a newer version of it.
Result<bool> has_row(PartReader& merged, PartReader& part, std::uint32_t ordinal) {
    const TraceRow row = TRY(part.row(ordinal));
    std::vector<StoredDocument> theirs;
    for (const std::uint32_t at : TRY(merged.find(row.id)))
        for (StoredDocument& document : TRY(merged.documents(at)))
            theirs.push_back(std::move(document));
    for (const StoredDocument& document : TRY(part.documents(ordinal)))
        if (!holds(theirs, document)) return false;
    return true;
}

Result<bool> has_all(PartReader& merged, PartReader& part) {
    const PartFacts& outer = merged.facts();
    const PartFacts& inner = part.facts();
    if (inner.lsn_min < outer.lsn_min || inner.lsn_max > outer.lsn_max) return false;
    for (std::uint32_t ordinal = 0; ordinal < inner.traces; ++ordinal)
        if (!TRY(has_row(merged, part, ordinal))) return false;
    return true;
}

/// Damage says nothing of what is superseded: then both stay.
bool is_superseded(const FoundPart& part, const std::vector<FoundPart>& parts) {
    return std::any_of(parts.begin(), parts.end(), [&](const FoundPart& other) {
        if (other.listed.level <= part.listed.level || other.listed.id <= part.listed.id)
            return false;
        if (parent_path(other.listed.path) != parent_path(part.listed.path)) return false;
        const auto all = has_all(*other.reader, *part.reader);
        return all && *all;
    });
}

/// What is in a part of pinned traces was pinned. Pins of others are lost with the manifest.
Result<void> rebuild_pins(const std::vector<FoundPart>& parts, ManifestState& state) {
    for (const FoundPart& part : parts) {
        if (retention_class_of(part.listed.path) != retention_class_pinned) continue;
        for (std::uint32_t ordinal = 0; ordinal < part.listed.facts.traces; ++ordinal) {
            const auto row = part.reader->row(ordinal);
            if (row)
                state.pins.insert(row->id);
            else if (row.error().code() != ErrorCode::corrupt)
                return row.error();
        }
    }
    return {};
}

/// Names of older programs do not say the grain: the coarsest that fits the cells is as good, since
/// a reader takes a cell whose minutes touch its range.
std::int64_t grain_of(const RollupTable& table) {
    std::int64_t grain = 60;
    for (const RollupRow& row : table.rows)
        while (row.minute % grain != 0) grain = grain == 60 ? 5 : 1;
    return grain;
}

Result<void> rebuild_rollups(FileSystem& files, const std::string& directory,
                             RebuiltManifest& rebuilt) {
    const std::string folder = join_path(directory, rollup_directory);
    if (!TRY(files.exists(folder))) return {};  // an older program's store
    for (const std::string& name : TRY(list_tree(files, folder))) {
        if (ends_with_temporary(name)) continue;
        const std::string path = join_path(rollup_directory, name);
        const auto parsed = parse_rollup_name(name);
        const auto reader = PartReader::open(files, join_path(directory, path));
        if (!reader && reader.error().code() != ErrorCode::corrupt) return reader.error();
        if (!reader || !parsed) {
            rebuilt.unreadable.push_back(path);
            continue;
        }
        std::optional<Error> damage;  // of a block: its cells are left out of answers
        const RollupTable table = TRY((*reader)->rollup_table({.damage = &damage}));
        const PartFacts& facts = (*reader)->facts();
        rebuilt.state.apply(
            AddRollup{{.id = parsed->id,
                       .path = path,
                       .grain = parsed->grain != 0 ? parsed->grain : grain_of(table),
                       .period = parsed->second / 60,
                       .minute_min = facts.minute_min,
                       .minute_max = facts.minute_max,
                       .cells = table.rows.size(),
                       .bytes = facts.bytes}});
    }
    return {};
}

}  // namespace

Result<RebuiltManifest> rebuild_manifest(FileSystem& files, const std::string& directory) {
    RebuiltManifest rebuilt;
    std::vector<FoundPart> parts;
    for (const std::string& name : TRY(list_tree(files, join_path(directory, spans_directory)))) {
        if (ends_with_temporary(name)) continue;  // the next start removes it
        FoundPart part;
        const std::string path = join_path(spans_directory, name);
        auto reader = PartReader::open(files, join_path(directory, path));
        if (!reader && reader.error().code() != ErrorCode::corrupt) return reader.error();
        if (!reader || !take_name(path, part.listed)) {
            rebuilt.unreadable.push_back(path);
            continue;
        }
        part.listed.facts = (*reader)->facts();
        part.reader = std::move(*reader);
        rebuilt.state.next_part_id = std::max(rebuilt.state.next_part_id, part.listed.id + 1);
        parts.push_back(std::move(part));
    }
    for (const FoundPart& part : parts) {
        if (is_superseded(part, parts))
            rebuilt.superseded.push_back(part.listed.path);
        else
            rebuilt.state.parts[part.listed.id] = part.listed;
    }
    TRY(rebuild_pins(parts, rebuilt.state));
    TRY(rebuild_rollups(files, directory, rebuilt));
    return rebuilt;
}

}  // namespace tomograph
