#include "store/part/block_writer.h"

#include <algorithm>
#include <span>

#include "base/bytes.h"
#include "store/part/limits.h"

namespace tomograph {

PartBlockWriter::PartBlockWriter(std::unique_ptr<File> file, const PartUuid& uuid,
                                 std::uint32_t format)
    : file_(std::move(file)), uuid_(uuid), format_(format), seed_(seed_of(uuid)) {}

Result<std::unique_ptr<PartBlockWriter>> PartBlockWriter::create(FileSystem& files,
                                                                 const std::string& path,
                                                                 PartSeal seal,
                                                                 std::string_view signal) {
    auto file = TRY(files.open(path, OpenMode::create));
    std::unique_ptr<PartBlockWriter> writer(
        new PartBlockWriter(std::move(file), random_part_uuid(), part_format));
    TRY(writer->begin(seal, signal));
    return writer;
}

Result<std::unique_ptr<PartBlockWriter>> PartBlockWriter::create_format(FileSystem& files,
                                                                        const std::string& path,
                                                                        std::uint32_t format) {
    auto file = TRY(files.open(path, OpenMode::create));
    std::unique_ptr<PartBlockWriter> writer(
        new PartBlockWriter(std::move(file), random_part_uuid(), format));
    TRY(writer->begin({}, part_signal_spans));
    return writer;
}

Result<void> PartBlockWriter::begin(PartSeal seal, std::string_view signal) {
    PartHeader header{.format = format_, .uuid = uuid_, .signal = std::string(signal)};
    if (seal.keys == nullptr) return put(encode_header(header));
    FileKey made = TRY(seal.keys->new_file_key({.kind = SealedKind::part, .number = seal.part_id}));
    header.is_sealed = true;
    header.part_id = part_id_ = seal.part_id;
    std::string head = encode_header(header);
    head.resize(part_sealed_head_bytes, '\0');
    head.replace(part_slot_places.first, key_slot_bytes, made.slots.first);
    head.replace(part_slot_places.second, key_slot_bytes, made.slots.second);
    cipher_.emplace(std::move(made.key), uuid_);
    return put(head);
}

std::uint32_t PartBlockWriter::blocks(PartSection section) const {
    const auto found = sections_.find(section);
    return found == sections_.end() ? 0 : static_cast<std::uint32_t>(found->second.blocks.size());
}

Result<void> PartBlockWriter::append(PartSection section, std::uint32_t rows_per_block,
                                     std::string_view block, FrameCodec codec) {
    Section& known = sections_[section];
    known.rows_per_block = rows_per_block;
    const FrameName name{.part_seed = seed_,
                         .section = section,
                         .index = static_cast<std::uint32_t>(known.blocks.size())};
    const std::string frame =
        encode_frame(name, block, codec, is_sealed_section(section) ? cipher() : nullptr);
    known.blocks.push_back({end(), static_cast<std::uint32_t>(frame.size())});
    return put(frame);
}

Result<std::uint64_t> PartBlockWriter::finish(const PartFacts& facts) {
    PartFooter footer{
        .facts = facts, .is_sealed = cipher_.has_value(), .part_id = part_id_, .sections = {}};
    for (const auto& [section, known] : sections_) {
        const std::uint64_t offset = TRY(write_directory(section, known.blocks));
        footer.sections.push_back({.section = section,
                                   .is_required = false,
                                   .blocks = static_cast<std::uint32_t>(known.blocks.size()),
                                   .rows_per_block = known.rows_per_block,
                                   .directory_offset = offset,
                                   .directory_copy_offset = 0});
    }
    for (SectionEntry& entry : footer.sections)
        entry.directory_copy_offset =
            TRY(write_directory(entry.section, sections_[entry.section].blocks));

    const std::string frame =
        encode_frame({.part_seed = seed_, .section = PartSection::footer, .index = 0},
                     encode_footer(footer), FrameCodec::none);
    PartTrailer trailer{.footer_offset = end(),
                        .footer_copy_offset = end() + frame.size(),
                        .footer_bytes = static_cast<std::uint32_t>(frame.size()),
                        .format = format_,
                        .uuid = uuid_,
                        .file_bytes = end() + 2 * frame.size() + 2 * part_trailer_bytes};
    const std::string ending = encode_trailer(trailer);
    TRY(put(frame + frame + ending + ending));
    TRY(flush());
    TRY(file_->sync());
    return trailer.file_bytes;
}

Result<void> PartBlockWriter::put_chunks(std::string_view bytes) {
    if (cipher_ && !bytes.empty()) sums_.push_back(sum_of(seed_, end(), bytes));
    return put(bytes);
}

Result<void> PartBlockWriter::end_chunks() {
    if (!cipher_) return {};
    const std::string sums = encode_sums(sums_);
    sums_.clear();
    return append(PartSection::group_sums, 0, sums, FrameCodec::none);
}

Result<void> PartBlockWriter::put(std::string_view bytes) {
    buffer_.append(bytes);
    if (buffer_.size() < write_buffer_bytes) return {};
    return flush();
}

Result<void> PartBlockWriter::flush() {
    TRY(file_->write(written_, buffer_));
    written_ += buffer_.size();
    buffer_.clear();
    return {};
}

Result<std::uint64_t> PartBlockWriter::write_directory(PartSection section,
                                                       const std::vector<Place>& blocks) {
    const std::uint64_t offset = end();
    std::uint32_t page_number = 0;
    for (std::size_t first = 0; first < blocks.size(); first += directory_page_entries) {
        std::string page;
        ByteWriter writer(page);
        const std::size_t entries = std::min(directory_page_entries, blocks.size() - first);
        for (const Place& place : std::span(blocks).subspan(first, entries)) {
            writer.fixed(place.offset);
            writer.fixed(place.bytes);
            writer.fixed(std::uint32_t{0});
        }
        const FrameName name{
            .part_seed = seed_, .section = directory_of(section), .index = page_number++};
        TRY(put(encode_frame(name, page, FrameCodec::none)));
    }
    return offset;
}

}  // namespace tomograph
