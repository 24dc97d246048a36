#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "column/encode_options.h"

namespace tomograph::column {

/// Ids on disk (docs/formats/column.md); a number never changes its meaning.
enum class Encoding : std::uint8_t {
    int_constant = 1,
    int_frame_8 = 2,
    int_frame_16 = 3,
    int_frame_32 = 4,
    int_raw = 5,
    int_planes = 6,
    int_delta_planes = 7,
    int_dictionary = 8,
    decimals = 9,
    decimal_pairs = 10,
    int_multiples = 11,
    text_constant = 16,
    text_dictionary_8 = 17,
    text_dictionary_16 = 18,
    text_raw = 19,
    text_hex = 20,
    text_templates = 21,
    text_dictionary = 22,
    text_pooled_templates = 23,
    text_recent_dictionary = 24,
    codes_constant = 32,
    codes_packed = 33,
};

/// The values of one column, still encoded but no longer compressed.
///
///   u8 encoding  u8 flags  u16 0  u32 rows  u32 body bytes  u32 stored bytes  stored…
struct Chunk {
    Encoding encoding = Encoding::int_constant;
    std::size_t rows = 0;
    std::string body;
};

/// Appends the chunk, its body compressed when that pays.
void write_chunk(const Chunk& chunk, std::string& out, EncodeOptions options = {});

/// Appends a chunk whose body is compressed inside already, or not worth it.
void write_chunk_as_is(const Chunk& chunk, std::string& out);

/// Reads a chunk that takes up all of `bytes` and has `rows` rows.
/// errors  corrupt, also for flags that are not known; the encoding is for the caller to judge
Result<Chunk> read_chunk(std::string_view bytes, std::size_t rows);

/// The error for an encoding that does not belong to the type wanted, or is not known at all.
Error unknown_encoding(Encoding encoding);

}  // namespace tomograph::column
