#include "store/part/block_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"
#include "base/log.h"
#include "store/part/chunk_sums.h"
#include "store/part/limits.h"

namespace tomograph {
namespace {

constexpr std::size_t directory_entry_bytes = 16;
constexpr std::uint64_t page_frame_bytes =
    frame_header_bytes + directory_page_entries * directory_entry_bytes;
constexpr std::uint64_t ends_bytes = part_header_bytes + 2 * part_trailer_bytes;

constexpr std::uint64_t frame_stored_bytes_max =
    frame_header_bytes + frame_bytes_max + seal_tag_bytes;

std::string context_of(PartSection section, std::uint32_t index, std::uint64_t offset) {
    return fmt::format("{} block {} at {}", to_text(section), index, offset);
}

void warn_of_damage(const std::string& path, const Error& error) {
    log_warn("part is damaged, the copy is read", {{"part", path}, {"error", error}});
}

}  // namespace

PartBlockReader::PartBlockReader(std::unique_ptr<File> file, std::string path,
                                 std::string_view signal)
    : file_(std::move(file)), path_(std::move(path)), signal_(signal) {}

Result<std::unique_ptr<PartBlockReader>> PartBlockReader::open(FileSystem& files,
                                                               const std::string& path,
                                                               FileKeys* keys,
                                                               std::string_view signal) {
    auto reader = TRY(open_closed(files, path, signal));
    if (reader->footer_.is_sealed) TRY_WITHIN(path, reader->unwrap(keys));
    return reader;
}

Result<std::unique_ptr<PartBlockReader>> PartBlockReader::open_closed(FileSystem& files,
                                                                      const std::string& path,
                                                                      std::string_view signal) {
    auto file = TRY(files.open(path, OpenMode::read));
    std::unique_ptr<PartBlockReader> reader(new PartBlockReader(std::move(file), path, signal));
    TRY_WITHIN(path, reader->open_ends());
    return reader;
}

std::optional<SealedObject> PartBlockReader::seal() const {
    if (!footer_.is_sealed) return std::nullopt;
    return SealedObject{.kind = SealedKind::part, .number = footer_.part_id};
}

Result<void> PartBlockReader::unwrap(FileKeys* keys) {
    if (keys == nullptr)
        return Error(ErrorCode::denied, "the part is encrypted and no key was given");
    const KeySlots slots = TRY(read_slots(*file_, part_slot_places));
    if (!are_whole(slots))
        log_warn("a wrapped key of a part is damaged, the other is read", {{"part", path_}});
    DataKey key = TRY(keys->unwrap(slots, *seal()));
    cipher_.emplace(std::move(key), trailer_.uuid);
    return {};
}

Result<void> PartBlockReader::open_ends() {
    const std::uint64_t file_bytes = TRY(file_->size());
    if (file_bytes < ends_bytes)
        return Error(ErrorCode::corrupt,
                     fmt::format("{} bytes are too few for a part", file_bytes));

    // The header's word counts before the trailer's: a newer format may end in another way.
    const std::string start = TRY(file_->read(0, part_header_bytes));
    const Result<PartHeader> header = decode_header(start);
    if (header) TRY(check_kind(*header));
    Result<PartTrailer> trailer = read_trailer(file_bytes);
    if (!trailer) return std::move(trailer).error();
    trailer_ = *trailer;
    if (!header) {
        warn_of_damage(path_, header.error());
        TRY(check_kind({.format = trailer_.format, .uuid = trailer_.uuid, .signal = signal_}));
    }
    if (header && header->uuid != trailer_.uuid)
        return Error(ErrorCode::corrupt, "header and trailer are of different files");
    if (trailer_.file_bytes != file_bytes)
        return Error(ErrorCode::corrupt, fmt::format("{} bytes where {} were written", file_bytes,
                                                     trailer_.file_bytes));

    seed_ = seed_of(trailer_.uuid);
    Result<PartFooter> footer = read_footer(trailer_.footer_offset, trailer_.footer_bytes);
    if (!footer && is_damage(footer.error())) {
        warn_of_damage(path_, footer.error());
        footer = read_footer(trailer_.footer_copy_offset, trailer_.footer_bytes);
    }
    if (!footer) return std::move(footer).error();
    footer_ = std::move(*footer);
    footer_.facts.format = trailer_.format;
    footer_.facts.bytes = file_bytes;
    return {};
}

Result<void> PartBlockReader::check_kind(const PartHeader& header) const {
    if (header.format > part_format)
        return Error(ErrorCode::invalid,
                     fmt::format("format {} is newer than {}, the newest that this program reads",
                                 header.format, part_format));
    if (header.format == 0) return Error(ErrorCode::corrupt, "format 0 does not exist");
    if (signal_ != part_signal_any && header.signal != signal_)
        return Error(ErrorCode::invalid,
                     fmt::format("signal \"{}\" where \"{}\" is read", header.signal, signal_));
    return {};
}

Result<PartTrailer> PartBlockReader::read_trailer(std::uint64_t file_bytes) const {
    const std::string ends =
        TRY(file_->read(file_bytes - 2 * part_trailer_bytes, 2 * part_trailer_bytes));
    const std::string_view view = ends;
    Result<PartTrailer> trailer = decode_trailer(view.substr(part_trailer_bytes));
    if (trailer) return trailer;
    Result<PartTrailer> copy = decode_trailer(view.substr(0, part_trailer_bytes));
    if (copy) warn_of_damage(path_, trailer.error());
    return copy;
}

Result<PartFooter> PartBlockReader::read_footer(std::uint64_t offset, std::uint32_t bytes) const {
    const std::string footer = TRY(read_frame({offset, bytes}, PartSection::footer, 0));
    return decode_footer(footer, trailer_.format);
}

std::uint32_t PartBlockReader::blocks(PartSection section) const {
    const SectionEntry* entry = footer_.find(section);
    return entry == nullptr ? 0 : entry->blocks;
}

Result<std::string> PartBlockReader::read(PartSection section, std::uint32_t index) const {
    const Place place = TRY_WITHIN(path_, place_of(section, index));
    std::string block = TRY_WITHIN(path_, read_frame(place, section, index));
    return block;
}

Result<std::string> PartBlockReader::read_bytes(std::uint64_t offset, std::uint32_t bytes) const {
    if (offset > trailer_.file_bytes || bytes > trailer_.file_bytes - offset)
        return Error(ErrorCode::corrupt, fmt::format("{}: {} bytes at {} lie outside of the file",
                                                     path_, bytes, offset));
    std::string read = TRY_WITHIN(path_, file_->read(offset, bytes));
    return read;
}

Result<std::string> PartBlockReader::read_frame(Place place, PartSection section,
                                                std::uint32_t index) const {
    const std::string context = context_of(section, index, place.offset);
    std::string frame = TRY_WITHIN(context, read_stored_frame(place));
    if (is_closed(section))
        return Error(ErrorCode::denied, context + ": sealed, and the part was opened without key");
    const PartCipher* cipher = is_sealed_section(section) ? this->cipher() : nullptr;
    std::string block =
        TRY_WITHIN(context, decode_frame({.part_seed = seed_, .section = section, .index = index},
                                         std::move(frame), cipher));
    return block;
}

Result<std::string> PartBlockReader::read_stored_frame(Place place) const {
    if (place.bytes < frame_header_bytes || place.bytes > frame_stored_bytes_max ||
        place.offset > trailer_.file_bytes || place.bytes > trailer_.file_bytes - place.offset)
        return Error(ErrorCode::corrupt,
                     fmt::format("{} bytes there lie outside of the file", place.bytes));
    return file_->read(place.offset, place.bytes);
}

Result<std::string> PartBlockReader::read_page(const SectionEntry& entry,
                                               std::uint64_t directory_offset,
                                               std::uint32_t page) const {
    const std::uint64_t first = std::uint64_t{page} * directory_page_entries;
    const std::uint64_t entries =
        std::min<std::uint64_t>(directory_page_entries, entry.blocks - first);
    const Place place{
        .offset = directory_offset + page * page_frame_bytes,
        .bytes = static_cast<std::uint32_t>(frame_header_bytes + entries * directory_entry_bytes)};
    return read_frame(place, directory_of(entry.section), page);
}

Result<PartBlockReader::Place> PartBlockReader::place_of(PartSection section,
                                                         std::uint32_t index) const {
    const SectionEntry* entry = footer_.find(section);
    if (entry == nullptr || index >= entry->blocks)
        return Error(ErrorCode::corrupt,
                     fmt::format("{} has no block {}", to_text(section), index));
    const auto page = static_cast<std::uint32_t>(index / directory_page_entries);
    Result<std::string> bytes = read_page(*entry, entry->directory_offset, page);
    if (!bytes && is_damage(bytes.error())) {
        warn_of_damage(path_, bytes.error());
        bytes = read_page(*entry, entry->directory_copy_offset, page);
    }
    if (!bytes) return std::move(bytes).error();

    ByteReader reader(*bytes);
    reader.raw(index % directory_page_entries * directory_entry_bytes);
    Place place;
    place.offset = reader.fixed<std::uint64_t>();
    place.bytes = reader.fixed<std::uint32_t>();
    return place;
}

Result<void> PartBlockReader::verify() const {
    TRY_WITHIN(path_, verify_ends());
    if (footer_.is_sealed) TRY_WITHIN(path_, verify_slots());
    for (const SectionEntry& entry : footer_.sections) TRY_WITHIN(path_, verify_section(entry));
    return {};
}

Result<void> PartBlockReader::verify_slots() const {
    KeySlots slots = TRY(read_slots(*file_, part_slot_places));
    // A change of the master key may be writing it just now.
    if (!are_whole(slots)) slots = TRY(read_slots(*file_, part_slot_places));
    if (!are_whole(slots)) return Error(ErrorCode::corrupt, "a wrapped data key is damaged");
    std::string head =
        TRY(file_->read(part_header_bytes, part_sealed_head_bytes - part_header_bytes));
    for (const std::uint64_t place : {part_slot_places.first, part_slot_places.second})
        head.replace(place - part_header_bytes, key_slot_bytes, key_slot_bytes, '\0');
    if (head.find_first_not_of('\0') != std::string::npos)
        return Error(ErrorCode::corrupt, "bytes beside the wrapped data key");
    return {};
}

Result<void> PartBlockReader::verify_ends() const {
    const std::string start = TRY(file_->read(0, part_header_bytes));
    TRY(decode_header(start));
    const std::string ends =
        TRY(file_->read(trailer_.file_bytes - 2 * part_trailer_bytes, 2 * part_trailer_bytes));
    const std::string_view view = ends;
    TRY(decode_trailer(view.substr(0, part_trailer_bytes)));
    TRY(decode_trailer(view.substr(part_trailer_bytes)));
    TRY(read_footer(trailer_.footer_offset, trailer_.footer_bytes));
    TRY(read_footer(trailer_.footer_copy_offset, trailer_.footer_bytes));
    return {};
}

Result<void> PartBlockReader::verify_section(const SectionEntry& entry) const {
    const std::uint64_t pages =
        (std::uint64_t{entry.blocks} + directory_page_entries - 1) / directory_page_entries;
    for (std::uint32_t page = 0; page < pages; ++page) {
        TRY(read_page(entry, entry.directory_offset, page));
        TRY(read_page(entry, entry.directory_copy_offset, page));
    }
    for (std::uint32_t index = 0; index < entry.blocks; ++index)
        TRY(verify_frame(entry.section, index));
    return {};
}

Result<void> PartBlockReader::verify_frame(PartSection section, std::uint32_t index) const {
    const Place place = TRY(place_of(section, index));
    if (is_closed(section)) {
        const std::string context = context_of(section, index, place.offset);
        const std::string frame = TRY_WITHIN(context, read_stored_frame(place));
        TRY_WITHIN(context,
                   check_frame({.part_seed = seed_, .section = section, .index = index}, frame));
        return {};
    }
    const std::string block = TRY(read_frame(place, section, index));
    if (section == PartSection::group_sums) return verify_sums(block);
    return {};
}

Result<void> PartBlockReader::verify_sums(std::string_view block) const {
    const std::vector<ChunkSum> sums = TRY(decode_sums(block));
    for (const ChunkSum& piece : sums) {
        const std::string bytes = TRY(read_bytes(piece.offset, piece.bytes));
        if (sum_of(seed_, piece.offset, bytes).sum != piece.sum)
            return Error(ErrorCode::corrupt,
                         fmt::format("chunks at {}: checksum mismatch", piece.offset));
    }
    return {};
}

}  // namespace tomograph
