#include "store/part/chunk_sums.h"

#include "base/bytes.h"
#include "base/hash.h"

namespace tomograph {

ChunkSum sum_of(std::uint64_t part_seed, std::uint64_t offset, std::string_view bytes) {
    return {.offset = offset,
            .bytes = static_cast<std::uint32_t>(bytes.size()),
            .sum = hash64(bytes, mix64(part_seed ^ offset))};
}

std::string encode_sums(const std::vector<ChunkSum>& sums) {
    std::string bytes;
    ByteWriter writer(bytes);
    writer.varint(sums.empty() ? 0 : sums.front().offset);
    for (const ChunkSum& piece : sums) {
        writer.varint(piece.bytes);
        writer.fixed(piece.sum);
    }
    return bytes;
}

Result<std::vector<ChunkSum>> decode_sums(std::string_view bytes) {
    std::vector<ChunkSum> sums;
    ByteReader reader(bytes);
    std::uint64_t offset = reader.varint();
    while (!reader.failed() && reader.remaining() > 0) {
        ChunkSum piece{.offset = offset};
        piece.bytes = static_cast<std::uint32_t>(reader.varint());
        piece.sum = reader.fixed<std::uint64_t>();
        offset += piece.bytes;
        sums.push_back(piece);
    }
    if (reader.failed()) return Error(ErrorCode::corrupt, "group sums are cut short");
    return sums;
}

}  // namespace tomograph
