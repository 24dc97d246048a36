#include "column/planes.h"

#include <fmt/format.h>

#include <algorithm>

#include "column/limits.h"
#include "column/zstd_block.h"

namespace tomograph::column {
namespace {

enum : std::uint8_t { plane_raw = 0, plane_constant = 1, plane_zstd = 2 };

void append_plane(std::string_view plane, EncodeOptions options, std::string& out) {
    ByteWriter writer(out);
    if (plane.find_first_not_of(plane.front()) == std::string_view::npos) {
        writer.fixed(std::uint8_t{plane_constant});
        writer.fixed(plane.front());
        return;
    }
    if (plane.size() >= compress_bytes_min && !looks_random(plane)) {
        const std::string frame = zstd_compress(plane, options.zstd_level);
        if (compression_pays(frame.size(), plane.size())) {
            writer.fixed(std::uint8_t{plane_zstd});
            writer.fixed(static_cast<std::uint32_t>(frame.size()));
            writer.raw(frame);
            return;
        }
    }
    writer.fixed(std::uint8_t{plane_raw});
    writer.raw(plane);
}

}  // namespace

void append_planes(const std::uint8_t* values, PlaneShape shape, EncodeOptions options,
                   std::string& out) {
    if (shape.rows == 0) return;
    std::string plane(shape.rows, '\0');
    for (std::size_t byte = 0; byte < shape.width; ++byte) {
        const std::uint8_t* place = values + byte;
        for (std::size_t row = 0; row < shape.rows; ++row, place += shape.stride)
            plane[row] = static_cast<char>(*place);
        append_plane(plane, options, out);
    }
}

Result<void> read_planes(ByteReader& reader, PlaneShape shape, std::uint8_t* values) {
    if (shape.rows == 0) return {};
    std::string unpacked;
    for (std::size_t byte = 0; byte < shape.width; ++byte) {
        const auto how = reader.fixed<std::uint8_t>();
        std::string_view plane;
        if (how == plane_raw) {
            plane = reader.raw(shape.rows);
        } else if (how == plane_constant) {
            unpacked.assign(shape.rows, reader.fixed<char>());
            plane = unpacked;
        } else if (how == plane_zstd) {
            const std::string_view frame = reader.raw(reader.fixed<std::uint32_t>());
            unpacked.resize(shape.rows);
            TRY(zstd_decompress_into(frame, unpacked));
            plane = unpacked;
        } else {
            return Error(ErrorCode::corrupt, fmt::format("byte plane of unknown kind {}", how));
        }
        if (reader.failed())
            return Error(ErrorCode::corrupt, fmt::format("byte plane {} is cut short", byte));
        std::uint8_t* place = values + byte;
        for (std::size_t row = 0; row < shape.rows; ++row, place += shape.stride)
            *place = static_cast<std::uint8_t>(plane[row]);
    }
    return {};
}

}  // namespace tomograph::column
