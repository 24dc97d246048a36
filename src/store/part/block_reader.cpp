#include "store/part/block_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"
#include "base/log.h"
#include "store/part/limits.h"

namespace tomograph {
namespace {

constexpr std::size_t directory_entry_bytes = 16;
constexpr std::uint64_t page_frame_bytes =
    frame_header_bytes + directory_page_entries * directory_entry_bytes;
constexpr std::uint64_t ends_bytes = part_header_bytes + 2 * part_trailer_bytes;

bool is_damage(const Error& error) { return error.code() == ErrorCode::corrupt; }

void warn_of_damage(const std::string& path, const Error& error) {
    log_warn("part is damaged, the copy is read", {{"part", path}, {"error", error}});
}

}  // namespace

PartBlockReader::PartBlockReader(std::unique_ptr<File> file, std::string path)
    : file_(std::move(file)), path_(std::move(path)) {}

Result<std::unique_ptr<PartBlockReader>> PartBlockReader::open(FileSystem& files,
                                                               const std::string& path) {
    auto file = TRY(files.open(path, OpenMode::read));
    std::unique_ptr<PartBlockReader> reader(new PartBlockReader(std::move(file), path));
    TRY_WITHIN(path, reader->open_ends());
    return reader;
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
        TRY(check_kind({.format = trailer_.format,
                        .uuid = trailer_.uuid,
                        .signal = std::string(part_signal_spans)}));
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
    if (header.signal != part_signal_spans)
        return Error(ErrorCode::invalid, fmt::format("signal \"{}\" where \"{}\" is read",
                                                     header.signal, part_signal_spans));
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
    const std::string context =
        fmt::format("{} block {} at {}", to_text(section), index, place.offset);
    if (place.bytes < frame_header_bytes || place.bytes > frame_header_bytes + frame_bytes_max ||
        place.offset > trailer_.file_bytes || place.bytes > trailer_.file_bytes - place.offset)
        return Error(ErrorCode::corrupt, fmt::format("{}: {} bytes there lie outside of the file",
                                                     context, place.bytes));
    std::string frame = TRY_WITHIN(context, file_->read(place.offset, place.bytes));
    std::string block = TRY_WITHIN(
        context,
        decode_frame({.part_seed = seed_, .section = section, .index = index}, std::move(frame)));
    return block;
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
    for (const SectionEntry& entry : footer_.sections) TRY_WITHIN(path_, verify_section(entry));
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
    for (std::uint32_t index = 0; index < entry.blocks; ++index) {
        const Place place = TRY(place_of(entry.section, index));
        TRY(read_frame(place, entry.section, index));
    }
    return {};
}

}  // namespace tomograph
