#include "store/wal/frame.h"

#include <cstring>

#include "base/bytes.h"
#include "base/crc32c.h"
#include "base/crypto/seal.h"
#include "store/limits.h"

namespace tomograph {
namespace {

constexpr std::size_t crc_end = 8;  // length and crc stand before what the crc covers
constexpr std::uint8_t group_bit = 0x80;
constexpr std::uint8_t encoding_plain = 0;
constexpr std::size_t varint_bytes_max = 10;

/// Writes the head with room for length and crc; returns where it began.
std::size_t begin_frame(std::string& out, const WalFrameHead& head, Instant received) {
    const std::size_t begin = out.size();
    ByteWriter writer(out);
    writer.fixed(std::uint64_t{0});
    writer.fixed(head.first.value);
    writer.fixed(static_cast<std::uint8_t>(head.type));
    writer.fixed(static_cast<std::uint8_t>(encoding_plain | (head.starts_group ? group_bit : 0)));
    writer.fixed(received.ns);
    return begin;
}

/// Authenticated with the payload of a sealed frame.
std::string seal_context(std::uint32_t seed, std::string_view head) {
    std::string context;
    ByteWriter writer(context);
    writer.fixed(seed);
    writer.raw(head.substr(crc_end));
    return context;
}

void end_frame(std::string& out, std::size_t begin, const WalFrameTie& tie, Lsn first) {
    if (tie.key != nullptr) {
        const auto head = std::string_view(out).substr(begin, wal_frame_head_bytes);
        seal_in_place(*tie.key, counter_nonce(first.value, 0), seal_context(tie.seed, head), out,
                      begin + wal_frame_head_bytes);
    }
    const std::string_view covered = std::string_view(out).substr(begin + crc_end);
    const auto length = static_cast<std::uint32_t>(covered.size());
    const std::uint32_t crc = crc32c(covered, tie.seed);
    std::memcpy(out.data() + begin, &length, sizeof length);
    std::memcpy(out.data() + begin + sizeof length, &crc, sizeof crc);
}

}  // namespace

std::uint64_t documents_frame_bytes(std::span<const Document> documents) {
    std::uint64_t bytes =
        wal_frame_head_bytes + sizeof(std::int64_t) + varint_bytes_max + seal_tag_bytes;
    for (const Document& document : documents) bytes += document.bytes.size() + varint_bytes_max;
    return bytes;
}

std::uint64_t telemetry_frame_bytes(std::string_view json) {
    return wal_frame_head_bytes + sizeof(std::int64_t) + json.size() + seal_tag_bytes;
}

void write_documents_frame(std::string& out, const WalFrameTie& tie, const WalFrameHead& head,
                           Instant received, std::span<const Document> documents) {
    // Without a document the next frame would have the same number, and so the same nonce.
    ASSERT(tie.key == nullptr || !documents.empty());
    const std::size_t begin = begin_frame(out, head, received);
    ByteWriter writer(out);
    writer.varint(documents.size());
    for (const Document& document : documents) writer.text(document.bytes);
    end_frame(out, begin, tie, head.first);
}

void write_telemetry_frame(std::string& out, const WalFrameTie& tie, const WalFrameHead& head,
                           Instant received, std::string_view json) {
    const std::size_t begin = begin_frame(out, head, received);
    out.append(json);
    end_frame(out, begin, tie, head.first);
}

std::optional<std::uint64_t> claimed_frame_bytes(std::string_view bytes) {
    if (bytes.size() < wal_frame_head_bytes) return std::nullopt;
    ByteReader reader(bytes);
    const auto length = reader.fixed<std::uint32_t>();
    reader.fixed<std::uint32_t>();
    reader.fixed<std::uint64_t>();
    const auto type = reader.fixed<std::uint8_t>();
    const auto encoding = reader.fixed<std::uint8_t>();
    const bool known = (type == 1 || type == 2) && (encoding & ~group_bit) == encoding_plain;
    if (!known || length < wal_frame_head_bytes - crc_end || length > wal_frame_bytes_max)
        return std::nullopt;
    return crc_end + length;
}

std::optional<WalFrame> check_frame(std::string_view bytes, std::uint32_t seed) {
    const auto size = claimed_frame_bytes(bytes);
    if (!size || *size > bytes.size()) return std::nullopt;
    ByteReader reader(bytes.substr(0, *size));
    reader.fixed<std::uint32_t>();
    const auto crc = reader.fixed<std::uint32_t>();
    if (crc32c(bytes.substr(crc_end, *size - crc_end), seed) != crc) return std::nullopt;
    WalFrame frame;
    frame.head.first = {reader.fixed<std::uint64_t>()};
    frame.head.type = static_cast<WalFrameType>(reader.fixed<std::uint8_t>());
    const auto encoding = reader.fixed<std::uint8_t>();
    frame.head.starts_group = (encoding & group_bit) != 0;
    frame.encoding = static_cast<std::uint8_t>(encoding & ~group_bit);
    frame.payload = bytes.substr(wal_frame_head_bytes, *size - wal_frame_head_bytes);
    frame.size = *size;
    return frame;
}

Result<std::string> open_payload(const WalFrame& frame, const WalFrameTie& tie) {
    ASSERT(tie.key != nullptr);
    std::string head(crc_end, '\0');
    ByteWriter writer(head);
    writer.fixed(frame.head.first.value);
    writer.fixed(static_cast<std::uint8_t>(frame.head.type));
    writer.fixed(
        static_cast<std::uint8_t>(frame.encoding | (frame.head.starts_group ? group_bit : 0)));
    return unseal(*tie.key, counter_nonce(frame.head.first.value, 0), seal_context(tie.seed, head),
                  frame.payload);
}

Result<WalDocuments> read_documents(const WalFrame& frame) {
    ByteReader reader(frame.payload);
    WalDocuments result;
    result.received = {reader.fixed<std::int64_t>()};
    const std::uint64_t count = reader.varint();
    if (count > reader.remaining()) return Error(ErrorCode::corrupt, "log frame: impossible count");
    result.documents.reserve(count);
    for (std::uint64_t i = 0; i < count; ++i) result.documents.push_back(reader.text());
    if (reader.failed() || reader.remaining() != 0)
        return Error(ErrorCode::corrupt, "log frame: documents do not fill it");
    return result;
}

Result<WalTelemetry> read_telemetry(const WalFrame& frame) {
    ByteReader reader(frame.payload);
    WalTelemetry result;
    result.received = {reader.fixed<std::int64_t>()};
    result.json = reader.raw(reader.remaining());
    if (reader.failed()) return Error(ErrorCode::corrupt, "log frame: telemetry cut short");
    return result;
}

}  // namespace tomograph
