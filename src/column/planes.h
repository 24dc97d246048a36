#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "column/encode_options.h"

namespace tomograph::column {

/// `rows` values of `width` bytes, `stride` bytes apart.
struct PlaneShape {
    std::size_t rows = 0;
    std::size_t width = 0;
    std::size_t stride = 0;
};

/// Appends the values plane by plane: the first byte of all rows, then the second… Planes differ in
/// kind (the high bytes of numbers hardly change, the low ones are noise), so each is stored as one
/// byte when constant, as a zstd frame when that pays, else as it is:
///
///   u8 0, rows bytes  |  u8 1, u8 byte  |  u8 2, u32 bytes, one zstd frame
///
/// cost  1 ns a byte, and zstd only for planes that do not look random
void append_planes(const std::uint8_t* values, PlaneShape shape, EncodeOptions options,
                   std::string& out);

/// Reads what append_planes wrote into memory of rows * stride bytes; bytes of the stride beyond
/// the width are left alone. errors: corrupt
Result<void> read_planes(ByteReader& reader, PlaneShape shape, std::uint8_t* values);

}  // namespace tomograph::column
