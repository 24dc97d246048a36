#include "store/operations/verify_log.h"

#include "store/limits.h"
#include "store/wal/frame.h"
#include "store/wal/segment.h"

namespace tomograph {
namespace {

/// A valid frame at `offset` whose number can follow `low` in this segment.
std::optional<WalFrame> frame_at(std::string_view bytes, std::uint64_t offset, std::uint32_t seed,
                                 std::uint64_t low, std::uint64_t high) {
    const std::string_view rest = bytes.substr(static_cast<std::size_t>(offset));
    const auto claimed = claimed_frame_bytes(rest.substr(0, wal_frame_head_bytes));
    if (!claimed || *claimed > rest.size()) return std::nullopt;
    auto frame = check_frame(rest, seed);
    if (!frame || frame->head.first.value < low || frame->head.first.value > high)
        return std::nullopt;
    return frame;
}

}  // namespace

Result<std::vector<LogDamage>> verify_log_segment(FileSystem& files, const std::string& path,
                                                  bool is_newest) {
    const auto file = TRY(files.open(path, OpenMode::read));
    const std::uint64_t size = TRY(file->size());
    const std::string bytes = TRY(file->read(0, static_cast<std::size_t>(size)));
    const WalSegmentHeader header = TRY_WITHIN(
        path, decode_segment_header(std::string_view(bytes).substr(0, wal_frames_offset)));
    const std::uint32_t seed = frame_seed(header);
    const std::uint64_t high = header.first.value + size;
    std::uint64_t low = header.first.value;
    std::vector<LogDamage> found;
    std::vector<LogDamage> gaps;  // of the group that is read: torn or damaged
    for (std::uint64_t offset = wal_frames_offset; offset < size;) {
        auto frame = frame_at(bytes, offset, seed, low, high);
        std::uint64_t next = offset;
        while (!frame && ++next < size) frame = frame_at(bytes, next, seed, low, high);
        if (!frame) break;
        if (next > offset) gaps.push_back({.offset = offset, .bytes = next - offset});
        if (frame->head.starts_group) {
            found.insert(found.end(), gaps.begin(), gaps.end());
            gaps.clear();
        }
        low = frame->head.first.value + 1;
        offset = next + frame->size;
    }
    if (!is_newest) found.insert(found.end(), gaps.begin(), gaps.end());
    return found;
}

}  // namespace tomograph
