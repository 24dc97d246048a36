#include "store/wal/segment.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "base/crc32c.h"
#include "store/file_names.h"
#include "store/limits.h"

namespace tomograph {
namespace {

constexpr std::uint32_t format_plain = 1;
constexpr std::uint32_t format_sealed = 2;  // a reader of plain segments must not try
constexpr std::size_t header_bytes = 48;

std::string encode_copy(const WalSegmentHeader& header) {
    std::string bytes;
    ByteWriter writer(bytes);
    writer.raw(wal_magic);
    writer.fixed(header.slots ? format_sealed : format_plain);
    writer.fixed(header.serial);
    writer.fixed(header.store_id);
    writer.fixed(header.first.value);
    writer.fixed(header.salt);
    writer.fixed(std::uint32_t{0});
    writer.fixed(crc32c(bytes));
    return bytes;
}

std::optional<WalSegmentHeader> decode_copy(std::string_view bytes, std::uint32_t& found_format) {
    ByteReader reader(bytes.substr(0, header_bytes));
    if (reader.raw(wal_magic.size()) != wal_magic) return std::nullopt;
    const auto its_format = reader.fixed<std::uint32_t>();
    WalSegmentHeader header;
    header.serial = reader.fixed<std::uint32_t>();
    header.store_id = reader.fixed<std::uint64_t>();
    header.first = {reader.fixed<std::uint64_t>()};
    header.salt = reader.fixed<std::uint64_t>();
    reader.fixed<std::uint32_t>();
    const auto crc = reader.fixed<std::uint32_t>();
    if (reader.failed() || crc != crc32c(bytes.substr(0, header_bytes - sizeof crc)))
        return std::nullopt;
    found_format = its_format;
    return header;
}

/// Cut short in a file that is.
KeySlots slots_in(std::string_view first_bytes) {
    const auto slot_at = [&](std::uint64_t place) {
        return std::string(
            first_bytes.substr(std::min<std::size_t>(place, first_bytes.size()), key_slot_bytes));
    };
    return {.first = slot_at(wal_slot_places.first), .second = slot_at(wal_slot_places.second)};
}

}  // namespace

std::string encode_segment_header(const WalSegmentHeader& header) {
    const std::string copy = encode_copy(header);
    std::string bytes = copy;
    bytes.resize(wal_header_copy_offset, '\0');
    bytes += copy;
    bytes.resize(wal_frames_offset, '\0');
    if (header.slots) {
        bytes.replace(wal_slot_places.first, key_slot_bytes, header.slots->first);
        bytes.replace(wal_slot_places.second, key_slot_bytes, header.slots->second);
    }
    return bytes;
}

std::uint32_t frame_seed(const WalSegmentHeader& header) {
    // Without its own checksum: the crc of anything followed by its crc is always the same.
    const std::string copy = encode_copy(header);
    return crc32c(std::string_view(copy).substr(0, header_bytes - sizeof(std::uint32_t)));
}

Result<WalSegmentHeader> decode_segment_header(std::string_view first_bytes) {
    for (const std::uint64_t offset : {std::uint64_t{0}, wal_header_copy_offset}) {
        if (first_bytes.size() < offset + header_bytes) continue;
        std::uint32_t its_format = 0;
        auto header = decode_copy(first_bytes.substr(offset), its_format);
        if (!header) continue;
        if (its_format > format_sealed)
            return Error(ErrorCode::invalid,
                         fmt::format("log segment of format {}, this program reads up to {}",
                                     its_format, format_sealed));
        if (its_format == format_sealed) header->slots = slots_in(first_bytes);
        return *header;
    }
    return Error(ErrorCode::corrupt, "log segment without a valid header");
}

std::optional<WalSegmentFactory::Spare> WalSegmentFactory::take_spare(std::uint64_t size) {
    auto state = state_.lock();
    const auto found = std::find_if(state->spares.begin(), state->spares.end(),
                                    [&](const Spare& spare) { return spare.size >= size; });
    if (found == state->spares.end()) return std::nullopt;
    Spare taken = std::move(*found);
    state->spares.erase(found);
    return taken;
}

std::optional<WalSegmentFactory::Spare> WalSegmentFactory::keep_spare(Spare spare) {
    auto state = state_.lock();
    state->spares.push_back(std::move(spare));
    if (state->spares.size() <= wal_spares_max) return std::nullopt;
    const auto smallest =
        std::min_element(state->spares.begin(), state->spares.end(),
                         [](const Spare& a, const Spare& b) { return a.size < b.size; });
    Spare extra = std::move(*smallest);
    state->spares.erase(smallest);
    return extra;
}

Result<WalSegmentFactory::Spare> WalSegmentFactory::make_file(std::uint64_t size) {
    const std::string path = join_path(directory_, spare_name(next_serial()));
    auto file = TRY(files_.open(path, OpenMode::replace));
    auto filled = file->allocate(size);
    if (filled) filled = file->sync();
    if (!filled) {
        // What was allocated is needed by others; that removing fails as well changes nothing.
        static_cast<void>(files_.remove(path));
        return std::move(filled).error();
    }
    return Spare{.path = path, .size = size};
}

Result<WalSegment> WalSegmentFactory::begin(Lsn first, std::uint64_t size, std::uint64_t salt) {
    const auto taken = take_spare(size);
    Spare spare;
    if (taken)
        spare = *taken;
    else
        spare = TRY(make_file(size));
    WalSegment segment;
    segment.header = {
        .serial = next_serial(), .store_id = store_id_, .first = first, .salt = salt, .slots = {}};
    if (keys_ != nullptr) {
        FileKey made = TRY(keys_->new_file_key(sealed_segment(segment.header.serial)));
        segment.header.slots = std::move(made.slots);
        segment.key = std::move(made.key);
    }
    segment.path =
        join_path(directory_, wal_name({.first = first, .serial = segment.header.serial}));
    segment.size = spare.size;
    segment.used = wal_frames_offset;
    segment.seed = frame_seed(segment.header);
    segment.file = TRY(files_.open(spare.path, OpenMode::read_write));
    TRY(segment.file->write(0, encode_segment_header(segment.header)));
    TRY(segment.file->sync());
    TRY(files_.rename(spare.path, segment.path));
    TRY(files_.sync_directory(directory_));
    return segment;
}

Result<void> WalSegmentFactory::prepare_spare(std::uint64_t size) {
    if (!state_.lock()->spares.empty()) return {};
    Spare made = TRY(make_file(size));
    const auto extra = keep_spare(std::move(made));
    if (extra) return files_.remove(extra->path);
    return {};
}

Result<void> WalSegmentFactory::give_back(const std::string& path, std::uint64_t size) {
    Spare spare{.path = join_path(directory_, spare_name(next_serial())), .size = size};
    TRY(files_.rename(path, spare.path));
    const auto extra = keep_spare(std::move(spare));
    if (extra) return files_.remove(extra->path);
    return {};
}

Result<void> WalSegmentFactory::adopt_spare(const std::string& name, std::uint64_t size) {
    const auto extra = keep_spare({.path = join_path(directory_, name), .size = size});
    if (extra) return files_.remove(extra->path);
    return {};
}

Result<void> WalSegmentFactory::drop_spares() {
    while (const auto spare = take_spare(0)) TRY(files_.remove(spare->path));
    return {};
}

}  // namespace tomograph
