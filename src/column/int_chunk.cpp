#include "column/int_chunk.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/bytes.h"
#include "column/chunk.h"
#include "column/limits.h"

namespace tomograph::column {
namespace {

// Sums and differences wrap: any 64-bit value plus any base is a 64-bit value.
std::uint64_t above(std::int64_t value, std::int64_t base) {
    return static_cast<std::uint64_t>(value) - static_cast<std::uint64_t>(base);
}

template <class Narrow>
void append_frame(std::span<const std::int64_t> values, std::int64_t base, std::string& body) {
    const std::size_t start = body.size();
    body.resize(start + values.size() * sizeof(Narrow));
    char* place = body.data() + start;
    for (const std::int64_t value : values) {
        const auto narrow = static_cast<Narrow>(above(value, base));
        std::memcpy(place, &narrow, sizeof narrow);
        place += sizeof narrow;
    }
}

template <class Narrow>
Result<std::vector<std::int64_t>> read_frame(const Chunk& chunk) {
    if (chunk.body.size() != sizeof(std::int64_t) + chunk.rows * sizeof(Narrow))
        return Error(ErrorCode::corrupt,
                     fmt::format("integers: {} rows in {} bytes", chunk.rows, chunk.body.size()));
    ByteReader reader(chunk.body);
    const auto base = reader.fixed<std::uint64_t>();
    const char* place = chunk.body.data() + sizeof base;
    std::vector<std::int64_t> values(chunk.rows);
    for (std::int64_t& value : values) {
        Narrow narrow;
        std::memcpy(&narrow, place, sizeof narrow);
        place += sizeof narrow;
        value = static_cast<std::int64_t>(base + narrow);
    }
    return values;
}

Result<std::vector<std::int64_t>> read_constant(const Chunk& chunk) {
    if (chunk.body.size() != sizeof(std::int64_t))
        return Error(ErrorCode::corrupt,
                     fmt::format("constant integer in {} bytes", chunk.body.size()));
    ByteReader reader(chunk.body);
    return std::vector<std::int64_t>(chunk.rows, reader.fixed<std::int64_t>());
}

Result<std::vector<std::int64_t>> read_raw(const Chunk& chunk) {
    if (chunk.body.size() != chunk.rows * sizeof(std::int64_t))
        return Error(ErrorCode::corrupt,
                     fmt::format("integers: {} rows in {} bytes", chunk.rows, chunk.body.size()));
    std::vector<std::int64_t> values(chunk.rows);
    if (!values.empty()) std::memcpy(values.data(), chunk.body.data(), chunk.body.size());
    return values;
}

}  // namespace

void encode_ints(std::span<const std::int64_t> values, std::string& out) {
    ASSERT(values.size() <= block_rows_max);
    const auto [min, max] = std::minmax_element(values.begin(), values.end());
    const std::int64_t base = values.empty() ? 0 : *min;
    const std::uint64_t range = values.empty() ? 0 : above(*max, base);

    Chunk chunk{.encoding = Encoding::int_raw, .rows = values.size(), .body = {}};
    ByteWriter writer(chunk.body);
    if (range == 0) {
        chunk.encoding = Encoding::int_constant;
        writer.fixed(base);
    } else if (range <= 0xff) {
        chunk.encoding = Encoding::int_frame_8;
        writer.fixed(base);
        append_frame<std::uint8_t>(values, base, chunk.body);
    } else if (range <= 0xffff) {
        chunk.encoding = Encoding::int_frame_16;
        writer.fixed(base);
        append_frame<std::uint16_t>(values, base, chunk.body);
    } else if (range <= 0xffffffff) {
        chunk.encoding = Encoding::int_frame_32;
        writer.fixed(base);
        append_frame<std::uint32_t>(values, base, chunk.body);
    } else {
        append_frame<std::uint64_t>(values, 0, chunk.body);
    }
    write_chunk(chunk, out);
}

Result<std::vector<std::int64_t>> decode_ints(std::string_view bytes, std::size_t rows) {
    const Chunk chunk = TRY(read_chunk(bytes, rows));
    switch (chunk.encoding) {
        case Encoding::int_constant:
            return read_constant(chunk);
        case Encoding::int_frame_8:
            return read_frame<std::uint8_t>(chunk);
        case Encoding::int_frame_16:
            return read_frame<std::uint16_t>(chunk);
        case Encoding::int_frame_32:
            return read_frame<std::uint32_t>(chunk);
        case Encoding::int_raw:
            return read_raw(chunk);
        default:
            return unknown_encoding(chunk.encoding);
    }
}

}  // namespace tomograph::column
