#include "store/part/format.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "base/bytes.h"
#include "base/hash.h"
#include "column/zstd_block.h"
#include "store/part/limits.h"
#include "store/part/part_cipher.h"

namespace tomograph {
namespace {

constexpr std::string_view header_magic = "TOMOPART";
constexpr std::string_view trailer_magic = "TOMOTAIL";
constexpr std::size_t signal_bytes = 16;
constexpr std::uint32_t header_sealed = 1;
constexpr std::uint8_t frame_sealed = 1;
/// Of a frame's header, what says which frame it is.
constexpr std::size_t frame_head_bytes = frame_header_bytes - sizeof(std::uint64_t);

std::string_view view(const PartUuid& uuid) { return {uuid.data(), uuid.size()}; }

PartUuid read_uuid(ByteReader& reader) {
    PartUuid uuid{};
    const std::string_view bytes = reader.raw(uuid.size());
    std::copy(bytes.begin(), bytes.end(), uuid.begin());
    return uuid;
}

std::uint64_t checksum_of(std::string_view frame_header, std::string_view stored,
                          std::uint64_t part_seed) {
    return hash64(stored, hash64(frame_header, part_seed));
}

struct Frame {
    FrameCodec codec = FrameCodec::none;
    bool is_sealed = false;
    std::uint32_t raw_bytes = 0;
    std::string_view stored;
};

Result<Frame> open_frame(const FrameName& name, std::string_view bytes) {
    ByteReader reader(bytes);
    Frame frame;
    const auto section = reader.fixed<std::uint16_t>();
    frame.codec = static_cast<FrameCodec>(reader.fixed<std::uint8_t>());
    frame.is_sealed = (reader.fixed<std::uint8_t>() & frame_sealed) != 0;
    const auto index = reader.fixed<std::uint32_t>();
    const auto stored_bytes = reader.fixed<std::uint32_t>();
    frame.raw_bytes = reader.fixed<std::uint32_t>();
    const auto checksum = reader.fixed<std::uint64_t>();
    if (reader.failed() || stored_bytes != reader.remaining() || frame.raw_bytes > frame_bytes_max)
        return Error(ErrorCode::corrupt, fmt::format("frame of {} bytes claims {} stored, {} raw",
                                                     bytes.size(), stored_bytes, frame.raw_bytes));
    frame.stored = reader.raw(stored_bytes);
    if (checksum != checksum_of(bytes.substr(0, frame_head_bytes), frame.stored, name.part_seed))
        return Error(ErrorCode::corrupt, "checksum mismatch");
    if (section != static_cast<std::uint16_t>(name.section) || index != name.index)
        return Error(ErrorCode::corrupt, fmt::format("block {} of {} is in its place", index,
                                                     to_text(static_cast<PartSection>(section))));
    return frame;
}

}  // namespace

std::string to_text(PartSection section) {
    const auto id = static_cast<std::uint16_t>(section);
    if (id & 0x8000) return "directory of " + to_text(static_cast<PartSection>(id & 0x7fff));
    switch (section) {
        case PartSection::documents:
            return "documents";
        case PartSection::spans:
            return "spans";
        case PartSection::traces:
            return "traces";
        case PartSection::id_index:
            return "id index";
        case PartSection::rollup:
            return "rollup";
        case PartSection::group_filters:
            return "group filters";
        case PartSection::fragments:
            return "fragments";
        case PartSection::groups:
            return "groups";
        case PartSection::group_heads:
            return "group heads";
        case PartSection::id_pages:
            return "id pages";
        case PartSection::group_sums:
            return "group sums";
        case PartSection::log_groups:
            return "log groups";
        case PartSection::log_heads:
            return "log heads";
        case PartSection::log_rows:
            return "log rows";
        case PartSection::log_texts:
            return "log texts";
        case PartSection::log_attributes:
            return "log attributes";
        case PartSection::log_filters:
            return "log filters";
        case PartSection::metric_index:
            return "metric index";
        case PartSection::metric_series:
            return "metric series";
        case PartSection::metric_points:
            return "metric points";
        case PartSection::metric_exemplars:
            return "metric exemplars";
        case PartSection::metric_families:
            return "metric families";
        case PartSection::footer:
            return "footer";
    }
    return fmt::format("section {}", id);
}

PartUuid random_part_uuid() {
    std::random_device device;
    PartUuid uuid{};
    for (std::size_t i = 0; i < uuid.size(); i += sizeof(unsigned)) {
        const unsigned word = device();
        std::memcpy(uuid.data() + i, &word, sizeof word);
    }
    return uuid;
}

std::uint64_t seed_of(const PartUuid& uuid) { return hash64(view(uuid)); }

std::string encode_header(const PartHeader& header) {
    ASSERT(header.signal.size() <= signal_bytes);
    std::string bytes;
    ByteWriter writer(bytes);
    writer.raw(header_magic);
    writer.fixed(header.format);
    writer.fixed(header.is_sealed ? header_sealed : std::uint32_t{0});
    writer.raw(view(header.uuid));
    writer.raw(header.signal);
    bytes.resize(part_header_bytes - 2 * sizeof(std::uint64_t));
    writer.fixed(header.part_id);
    writer.fixed(hash64(bytes));
    return bytes;
}

Result<PartHeader> decode_header(std::string_view bytes) {
    ByteReader reader(bytes);
    PartHeader header;
    const bool is_ours = reader.raw(header_magic.size()) == header_magic;
    header.format = reader.fixed<std::uint32_t>();
    header.is_sealed = (reader.fixed<std::uint32_t>() & header_sealed) != 0;
    header.uuid = read_uuid(reader);
    const std::string_view signal = reader.raw(signal_bytes);
    header.signal = signal.substr(0, signal.find('\0'));
    header.part_id = reader.fixed<std::uint64_t>();
    const std::string_view checked = bytes.substr(0, bytes.size() - reader.remaining());
    const auto checksum = reader.fixed<std::uint64_t>();
    if (!is_ours) return Error(ErrorCode::corrupt, "header: not a part file");
    if (reader.failed() || checksum != hash64(checked))
        return Error(ErrorCode::corrupt, "header: checksum mismatch");
    return header;
}

std::string encode_trailer(const PartTrailer& trailer) {
    std::string bytes;
    ByteWriter writer(bytes);
    writer.fixed(trailer.footer_offset);
    writer.fixed(trailer.footer_copy_offset);
    writer.fixed(trailer.footer_bytes);
    writer.fixed(trailer.format);
    writer.raw(view(trailer.uuid));
    writer.fixed(trailer.file_bytes);
    writer.fixed(hash64(bytes));
    writer.raw(trailer_magic);
    return bytes;
}

Result<PartTrailer> decode_trailer(std::string_view bytes) {
    ByteReader reader(bytes);
    PartTrailer trailer;
    trailer.footer_offset = reader.fixed<std::uint64_t>();
    trailer.footer_copy_offset = reader.fixed<std::uint64_t>();
    trailer.footer_bytes = reader.fixed<std::uint32_t>();
    trailer.format = reader.fixed<std::uint32_t>();
    trailer.uuid = read_uuid(reader);
    trailer.file_bytes = reader.fixed<std::uint64_t>();
    const std::string_view checked = bytes.substr(0, bytes.size() - reader.remaining());
    const auto checksum = reader.fixed<std::uint64_t>();
    const bool is_ours = reader.raw(trailer_magic.size()) == trailer_magic;
    if (reader.failed() || !is_ours || checksum != hash64(checked))
        return Error(ErrorCode::corrupt, "trailer: checksum mismatch");
    return trailer;
}

std::string encode_frame(const FrameName& name, std::string_view block, FrameCodec codec,
                         const PartCipher* cipher) {
    ASSERT(block.size() <= frame_bytes_max);
    std::string compressed;
    if (codec == FrameCodec::zstd) compressed = column::zstd_compress(block);
    if (compressed.size() >= block.size()) codec = FrameCodec::none;
    const std::string_view stored = codec == FrameCodec::zstd ? compressed : block;
    const std::size_t stored_bytes = stored.size() + (cipher ? seal_tag_bytes : 0);

    std::string frame;
    frame.reserve(frame_header_bytes + stored_bytes);
    ByteWriter writer(frame);
    writer.fixed(static_cast<std::uint16_t>(name.section));
    writer.fixed(static_cast<std::uint8_t>(codec));
    writer.fixed(cipher ? frame_sealed : std::uint8_t{0});
    writer.fixed(name.index);
    writer.fixed(static_cast<std::uint32_t>(stored_bytes));
    writer.fixed(static_cast<std::uint32_t>(block.size()));
    const std::string head = frame;
    writer.fixed(std::uint64_t{0});
    writer.raw(stored);
    if (cipher) cipher->seal_frame(name, head, frame, frame_header_bytes);
    const std::uint64_t checksum =
        checksum_of(head, std::string_view(frame).substr(frame_header_bytes), name.part_seed);
    std::memcpy(frame.data() + frame_head_bytes, &checksum, sizeof checksum);
    return frame;
}

Result<void> check_frame(const FrameName& name, std::string_view frame) {
    TRY(open_frame(name, frame));
    return {};
}

Result<std::string> decode_frame(const FrameName& name, std::string frame,
                                 const PartCipher* cipher) {
    const Frame opened = TRY(open_frame(name, frame));
    if (opened.is_sealed != (cipher != nullptr))
        return Error(ErrorCode::corrupt, opened.is_sealed
                                             ? "a sealed block in a part that is not"
                                             : "a plain block in a part that is sealed");
    std::string unsealed;
    std::string_view stored = opened.stored;
    if (cipher) {
        const std::string_view head = std::string_view(frame).substr(0, frame_head_bytes);
        unsealed = TRY(cipher->open_frame(name, head, stored));
        stored = unsealed;
    }
    switch (opened.codec) {
        case FrameCodec::zstd:
            return column::zstd_decompress(stored, opened.raw_bytes);
        case FrameCodec::none:
            if (opened.raw_bytes != stored.size())
                return Error(ErrorCode::corrupt, "raw block of two sizes");
            if (cipher) return unsealed;
            frame.erase(0, frame_header_bytes);
            return frame;
    }
    return Error(ErrorCode::corrupt, fmt::format("block codec {} is not known to this program",
                                                 static_cast<unsigned>(opened.codec)));
}

}  // namespace tomograph
