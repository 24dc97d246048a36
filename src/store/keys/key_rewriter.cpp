#include "store/keys/key_rewriter.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "store/file_names.h"
#include "store/keys/sealed_file.h"
#include "store/operations/file_copy.h"
#include "store/part/block_reader.h"
#include "store/wal/segment.h"

namespace tomograph {

/// Nothing for a plain file.
/// errors  corrupt  its header is damaged
Result<std::optional<KeyRewriter::Sealed>> KeyRewriter::seal_of(File& file,
                                                                const std::string& path) {
    const std::uint64_t size = TRY(file.size());
    const std::string head =
        TRY(file.read(0, static_cast<std::size_t>(std::min(size, wal_frames_offset))));
    if (head.starts_with(wal_magic)) {
        const WalSegmentHeader header = TRY(decode_segment_header(head));
        if (!header.slots) return std::optional<Sealed>();
        return std::optional(Sealed{sealed_segment(header.serial), wal_slot_places});
    }
    if (is_sealed_file(head)) {
        const SealedObject object = TRY(sealed_file_object(head));
        return std::optional(Sealed{object, sealed_file_slot_places});
    }
    const std::string name = path.substr(path.rfind('/') + 1);
    if (name.find(part_suffix) == std::string::npos &&
        name.find(rollup_suffix) == std::string::npos)
        return std::optional<Sealed>();
    // As readers do: the footer says it, too, where the header is damaged.
    const auto part = TRY(PartBlockReader::open_closed(files_, path));
    const auto object = part->seal();
    if (!object) return std::optional<Sealed>();
    return std::optional(Sealed{*object, part_slot_places});
}

Result<void> KeyRewriter::rewrite_one(const std::string& path) {
    auto file = files_.open(path, OpenMode::read_write);
    if (!file && file.error().code() == ErrorCode::not_found) return {};
    if (!file) return std::move(file).error();
    const auto sealed = TRY(seal_of(**file, path));
    if (!sealed) {
        ++count_.plain;
        return {};
    }
    ++count_.sealed;
    const bool is_needed = TRY(keys_.needs_rewrap(**file, sealed->places));
    if (!is_needed) return {};
    const std::uint64_t names = TRY((*file)->links());
    const std::uint64_t bytes = TRY((*file)->size());
    if (names > 1)
        TRY(rewrite_copy(path, bytes, *sealed));
    else
        TRY(keys_.rewrap(**file, sealed->places, sealed->object));
    ++count_.rewritten;
    return {};
}

Result<void> KeyRewriter::rewrite_copy(const std::string& path, std::uint64_t bytes,
                                       const Sealed& sealed) {
    const DiskSpace space = TRY(files_.space(path));
    if (space.free_bytes < bytes + free_bytes_min_)
        return Error(
            ErrorCode::limit,
            fmt::format("a backup shares the file, and the disk has no room for {} bytes", bytes));
    const std::string copy = path + std::string(temporary_suffix);
    const bool is_there = TRY(files_.exists(copy));
    if (is_there) TRY(files_.remove(copy));
    const auto made = [&]() -> Result<void> {
        TRY(FileCopier(files_, ignore_progress).copy(path, copy, bytes));
        const auto file = TRY(files_.open(copy, OpenMode::read_write));
        TRY(keys_.rewrap(*file, sealed.places, sealed.object));
        return files_.rename(copy, path);
    }();
    if (!made) {
        // The next attempt, or the next start, removes what cannot be removed now.
        static_cast<void>(files_.remove(copy));
        return made;
    }
    return files_.sync_directory(parent_path(path));
}

Result<void> KeyRewriter::rewrite(const std::string& path) {
    const auto done = rewrite_one(path);
    if (!done && done.error().code() != ErrorCode::corrupt) return Error(done.error()).within(path);
    if (!done) log_warn("data key not wrapped again", {{"file", path}, {"error", done.error()}});
    return {};
}

Result<void> KeyRewriter::rewrite_all(const std::string& directory) {
    for (const std::string& name : TRY(files_.list(directory)))
        if (!ends_with_temporary(name) && !parse_spare_name(name))
            TRY(rewrite(join_path(directory, name)));
    return {};
}

}  // namespace tomograph
