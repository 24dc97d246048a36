#include "column/chunk.h"

#include <fmt/format.h>

#include "base/bytes.h"
#include "column/limits.h"
#include "column/zstd_block.h"

namespace tomograph::column {
namespace {

constexpr std::uint8_t flag_zstd = 1;

void write(const Chunk& chunk, std::uint8_t flags, std::string_view stored, std::string& out) {
    ASSERT(chunk.rows <= block_rows_max && chunk.body.size() <= chunk_body_bytes_max);
    ByteWriter writer(out);
    writer.fixed(static_cast<std::uint8_t>(chunk.encoding));
    writer.fixed(flags);
    writer.fixed(std::uint16_t{0});
    writer.fixed(static_cast<std::uint32_t>(chunk.rows));
    writer.fixed(static_cast<std::uint32_t>(chunk.body.size()));
    writer.fixed(static_cast<std::uint32_t>(stored.size()));
    writer.raw(stored);
}

}  // namespace

void write_chunk(const Chunk& chunk, std::string& out, EncodeOptions options) {
    if (chunk.body.size() >= compress_bytes_min && !looks_random(chunk.body)) {
        const std::string compressed = zstd_compress(chunk.body, options.zstd_level);
        if (compression_pays(compressed.size(), chunk.body.size())) {
            write(chunk, flag_zstd, compressed, out);
            return;
        }
    }
    write_chunk_as_is(chunk, out);
}

void write_chunk_as_is(const Chunk& chunk, std::string& out) { write(chunk, 0, chunk.body, out); }

Result<Chunk> read_chunk(std::string_view bytes, std::size_t rows) {
    ByteReader reader(bytes);
    Chunk chunk;
    chunk.encoding = static_cast<Encoding>(reader.fixed<std::uint8_t>());
    const auto flags = reader.fixed<std::uint8_t>();
    const auto reserved = reader.fixed<std::uint16_t>();
    chunk.rows = reader.fixed<std::uint32_t>();
    const auto body_bytes = reader.fixed<std::uint32_t>();
    const auto stored_bytes = reader.fixed<std::uint32_t>();
    if (reader.failed() || stored_bytes != reader.remaining())
        return Error(ErrorCode::corrupt,
                     fmt::format("chunk: {} stored bytes in {}", stored_bytes, bytes.size()));
    if (flags > flag_zstd || reserved != 0)
        return Error(ErrorCode::corrupt,
                     fmt::format("chunk flags {} are not known to this program", flags));
    if (chunk.rows != rows)
        return Error(ErrorCode::corrupt,
                     fmt::format("chunk of {} rows in a block of {}", chunk.rows, rows));
    if (body_bytes > chunk_body_bytes_max)
        return Error(ErrorCode::corrupt, fmt::format("chunk body of {} bytes", body_bytes));

    const std::string_view stored = reader.raw(stored_bytes);
    if (flags == flag_zstd) {
        chunk.body = TRY(zstd_decompress(stored, body_bytes));
    } else if (stored.size() == body_bytes) {
        chunk.body = stored;
    } else {
        return Error(ErrorCode::corrupt,
                     fmt::format("chunk body of {} bytes stored in {}", body_bytes, stored.size()));
    }
    return chunk;
}

Error unknown_encoding(Encoding encoding) {
    return Error(ErrorCode::corrupt,
                 fmt::format("chunk encoding {} is not known to this program for this type",
                             static_cast<unsigned>(encoding)));
}

}  // namespace tomograph::column
