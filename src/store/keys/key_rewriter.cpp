#include "store/keys/key_rewriter.h"

#include <algorithm>
#include <optional>

#include "base/log.h"
#include "store/file_names.h"
#include "store/keys/sealed_file.h"
#include "store/wal/segment.h"

namespace tomograph {
namespace {

struct Sealed {
    SealedObject object;
    KeySlotPlaces places;
};

/// Nothing for a plain file.
/// errors  corrupt  its header is damaged
Result<std::optional<Sealed>> seal_of(File& file) {
    const std::uint64_t size = TRY(file.size());
    const std::string head =
        TRY(file.read(0, static_cast<std::size_t>(std::min(size, wal_frames_offset))));
    if (head.starts_with(wal_magic)) {
        const WalSegmentHeader header = TRY(decode_segment_header(head));
        if (!header.slots) return std::optional<Sealed>();
        return std::optional(Sealed{sealed_segment(header.serial), wal_slot_places});
    }
    if (!is_sealed_file(head)) return std::optional<Sealed>();
    const SealedObject object = TRY(sealed_file_object(head));
    return std::optional(Sealed{object, sealed_file_slot_places});
}

Result<void> rewrite_one(FileSystem& files, FileKeys& keys, const std::string& path,
                         RewriteCount& count) {
    auto file = files.open(path, OpenMode::read_write);
    if (!file && file.error().code() == ErrorCode::not_found) return {};
    if (!file) return std::move(file).error();
    const auto sealed = TRY(seal_of(**file));
    if (!sealed) {
        ++count.plain;
        return {};
    }
    ++count.sealed;
    const bool was_written = TRY(keys.rewrap(**file, sealed->places, sealed->object));
    if (was_written) ++count.rewritten;
    return {};
}

}  // namespace

Result<RewriteCount> rewrite_keys(FileSystem& files, FileKeys& keys,
                                  const std::vector<std::string>& directories) {
    RewriteCount count;
    for (const std::string& directory : directories) {
        for (const std::string& name : TRY(files.list(directory))) {
            if (ends_with_temporary(name) || parse_spare_name(name)) continue;
            const std::string path = join_path(directory, name);
            const auto done = rewrite_one(files, keys, path, count);
            if (!done && done.error().code() != ErrorCode::corrupt)
                return Error(done.error()).within(path);
            if (!done)
                log_warn("data key not wrapped again", {{"file", path}, {"error", done.error()}});
        }
    }
    return count;
}

}  // namespace tomograph
