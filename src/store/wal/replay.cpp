#include "store/wal/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "base/log.h"
#include "store/file_names.h"
#include "store/limits.h"
#include "store/wal/frame.h"

namespace tomograph {
namespace {

/// A segment's bytes through a window.
class WindowedFile {
 public:
    WindowedFile(File& file, std::uint64_t size) : file_(file), size_(size) {}

    std::uint64_t size() const { return size_; }

    /// All that the window holds from `offset` on, at least `count` bytes unless the file ends
    /// before.
    Result<std::string_view> from(std::uint64_t offset, std::uint64_t count) {
        count = std::min(count, size_ - offset);
        if (offset < begin_ || offset + count > begin_ + window_.size()) {
            const std::uint64_t size = std::min(std::max(count, wal_window_bytes), size_ - offset);
            window_ = TRY(file_.read(offset, size));
            begin_ = offset;
        }
        return std::string_view(window_).substr(offset - begin_);
    }

 private:
    File& file_;
    std::uint64_t size_;
    std::uint64_t begin_ = 0;
    std::string window_;
};

/// Whether a frame with a number in [low, high) could start here: cheap enough to ask at every
/// byte.
bool could_be_frame(std::string_view bytes, std::uint64_t low, std::uint64_t high) {
    std::uint64_t lsn = 0;
    std::memcpy(&lsn, bytes.data() + 8, sizeof lsn);
    return lsn >= low && lsn < high && claimed_frame_bytes(bytes).has_value();
}

/// The valid frame at `offset`, if any, with a number in [low, high).
Result<std::optional<WalFrame>> frame_at(WindowedFile& file, std::uint64_t offset,
                                         std::uint32_t seed, std::uint64_t low,
                                         std::uint64_t high) {
    if (file.size() - offset < wal_frame_head_bytes) return std::optional<WalFrame>();
    std::string_view bytes = TRY(file.from(offset, wal_frame_head_bytes));
    const auto size = claimed_frame_bytes(bytes);
    if (!size || *size > file.size() - offset || !could_be_frame(bytes, low, high))
        return std::optional<WalFrame>();
    bytes = TRY(file.from(offset, *size));
    return check_frame(bytes, seed);
}

/// The first valid frame behind `offset`, at any byte; the file's size when there is none.
Result<std::uint64_t> next_frame(WindowedFile& file, std::uint64_t offset, std::uint32_t seed,
                                 std::uint64_t low, std::uint64_t high) {
    std::uint64_t at = offset + 1;
    while (file.size() - at >= wal_frame_head_bytes && at < file.size()) {
        const std::string_view bytes = TRY(file.from(at, wal_frame_head_bytes));
        std::size_t skip = 0;
        while (bytes.size() - skip >= wal_frame_head_bytes &&
               !could_be_frame(bytes.substr(skip, wal_frame_head_bytes), low, high))
            ++skip;
        at += skip;
        if (bytes.size() - skip < wal_frame_head_bytes) continue;
        const auto frame = TRY(frame_at(file, at, seed, low, high));
        if (frame) return at;
        ++at;
    }
    return file.size();
}

/// Null for a plain segment.
Result<std::shared_ptr<const DataKey>> key_of(const WalSegmentHeader& header, FileKeys* keys) {
    if (!header.slots) return std::shared_ptr<const DataKey>();
    if (keys == nullptr)
        return Error(ErrorCode::denied, "the segment is encrypted and no key was given");
    DataKey key = TRY(keys->unwrap(*header.slots, sealed_segment(header.serial)));
    return std::make_shared<const DataKey>(std::move(key));
}

}  // namespace

Result<WalInventory> list_wal(FileSystem& files, const std::string& directory,
                              std::uint64_t store_id, FileKeys* keys, Quarantine& quarantine) {
    WalInventory inventory;
    std::vector<std::pair<std::string, std::string>> foreign;  // path, why
    std::vector<std::string> stale;
    for (const std::string& name : TRY(files.list(directory))) {
        const std::string path = join_path(directory, name);
        auto file = TRY(files.open(path, OpenMode::read));
        const std::uint64_t size = TRY(file->size());
        const auto named = parse_wal_name(name);
        if (const auto serial = parse_spare_name(name)) {
            inventory.serial_max = std::max(inventory.serial_max, *serial);
            inventory.spares.emplace_back(name, size);
            continue;
        }
        const std::string head =
            TRY(file->read(0, static_cast<std::size_t>(std::min(size, wal_frames_offset))));
        const auto header = decode_segment_header(head);
        if (!header && header.error().code() != ErrorCode::corrupt)
            return Error(header.error()).within(path);
        if (!header || !named) {
            foreign.emplace_back(path,
                                 header ? "not a name of a log segment" : header.error().message());
        } else if (header->store_id != store_id) {
            foreign.emplace_back(path, "log segment of another store");
        } else if (header->serial != named->serial || header->first != named->first) {
            // Given back, its new header synced, and the power went before its new name was.
            stale.push_back(path);
        } else {
            auto key = key_of(*header, keys);
            if (!key && key.error().code() != ErrorCode::corrupt)
                return std::move(key).error().within(path);
            if (!key) {
                foreign.emplace_back(path, key.error().message());
            } else {
                inventory.segments.push_back(
                    {.path = path, .header = *header, .size = size, .key = std::move(*key)});
                inventory.bytes += size;
            }
        }
        if (named) inventory.serial_max = std::max(inventory.serial_max, named->serial);
    }
    for (const auto& [path, why] : foreign) TRY(quarantine.move(path, why));
    for (const std::string& path : stale) TRY(files.remove(path));
    std::sort(inventory.segments.begin(), inventory.segments.end(),
              [](const FoundSegment& a, const FoundSegment& b) {
                  return std::pair(a.header.first, a.header.serial) <
                         std::pair(b.header.first, b.header.serial);
              });
    return inventory;
}

Result<void> WalReplay::run(const WalInventory& inventory, WalReplayOptions options) {
    floor_ = options.floor;
    next_ = floor_;
    for (std::size_t i = 0; i < inventory.segments.size(); ++i) {
        const FoundSegment& segment = inventory.segments[i];
        TRY_WITHIN(segment.path, scan_segment(segment, i + 1 == inventory.segments.size()));
        closed_.push_back({.path = segment.path,
                           .size = segment.size,
                           .last = Lsn{std::max(next_.value, segment.header.first.value) - 1},
                           .closed_at = {},
                           .is_plain = segment.key == nullptr});
        bytes_done_ += segment.size;
    }
    return {};
}

std::deque<ClosedSegment> WalReplay::closed(const Clock& clock) const {
    std::deque<ClosedSegment> closed = closed_;
    for (ClosedSegment& segment : closed) segment.closed_at = clock.monotonic();
    return closed;
}

Result<void> WalReplay::scan_segment(const FoundSegment& segment, bool is_newest) {
    auto file = TRY(files_.open(segment.path, OpenMode::read_write));
    WindowedFile window(*file, segment.size);
    const std::uint32_t seed = frame_seed(segment.header);
    const WalFrameTie tie{.seed = seed, .key = segment.key.get()};
    // Every document takes a byte at least, so the numbers of a segment are as many as its bytes.
    const std::uint64_t high = segment.header.first.value + segment.size;
    std::uint64_t low = segment.header.first.value;
    std::uint64_t offset = wal_frames_offset;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> gaps;  // not yet known: torn or damaged
    const auto report = [&]() -> Result<void> {
        for (const auto& [from, to] : gaps) {
            const std::string bytes = TRY(file->read(from, static_cast<std::size_t>(to - from)));
            report_damage(segment, from, bytes, "no valid frame");
        }
        gaps.clear();
        return {};
    };
    while (offset < segment.size) {
        const auto frame = TRY(frame_at(window, offset, seed, low, high));
        if (!frame) {
            const std::uint64_t found = TRY(next_frame(window, offset, seed, low, high));
            if (found == segment.size) break;
            gaps.emplace_back(offset, found);
            offset = found;
            continue;
        }
        // A later group was written only after the gap's own had been answered.
        if (frame->head.starts_group) TRY(report());
        low = frame->head.first.value + 1;
        const auto delivered = deliver(*frame, tie);
        if (!delivered) {
            const std::string_view bytes = TRY(window.from(offset, frame->size));
            report_damage(segment, offset, bytes.substr(0, frame->size),
                          delivered.error().message());
        }
        offset += frame->size;
    }
    if (!is_newest) TRY(report());
    for (const auto& [from, to] : gaps)
        log_info("torn end of the log", {{"file", segment.path}, {"offset", from}});
    // What is read here may be answered to readers: it must outlive the next power cut as well.
    const auto synced = file->sync();
    if (!synced) log_warn("replayed log segment not synced", {{"error", synced.error()}});
    return {};
}

Result<void> WalReplay::deliver(WalFrame frame, const WalFrameTie& tie) {
    std::string opened;
    if (tie.key != nullptr) {
        opened = TRY(open_payload(frame, tie));
        frame.payload = opened;
    }
    const Lsn first = frame.head.first;
    std::uint64_t count = 1;
    WalDocuments read;
    std::optional<WalTelemetry> telemetry;
    if (frame.head.type == WalFrameType::documents) {
        auto documents = read_documents(frame);
        if (documents) read = std::move(*documents);
        count = read.documents.size();
        if (!documents) metrics_.replay_unreadable.add();
    } else {
        const auto record = read_telemetry(frame);
        if (record) telemetry = *record;
        if (!record) metrics_.replay_unreadable.add();
    }
    // Nothing is known of the numbers before the first one read.
    if (has_read_ && first > next_) metrics_.replay_lost_documents.add(first.value - next_.value);
    has_read_ = true;
    const std::uint64_t known = next_ > first ? next_.value - first.value : 0;
    if (known >= count) return {};
    next_ = Lsn{first.value + count};
    if (telemetry)
        sink_.replay_telemetry(first, telemetry->received, telemetry->json);
    else
        sink_.replay({first.value + known}, read.received,
                     std::span(read.documents).subspan(static_cast<std::size_t>(known)));
    return {};
}

void WalReplay::report_damage(const FoundSegment& segment, std::uint64_t offset,
                              std::string_view bytes, std::string_view what) {
    metrics_.replay_damaged_bytes.add(bytes.size());
    const auto slash = segment.path.rfind('/');
    quarantine_.keep_copy(fmt::format("{}-{:x}.damaged", segment.path.substr(slash + 1), offset),
                          bytes, fmt::format("{} at {}", what, offset));
}

}  // namespace tomograph
