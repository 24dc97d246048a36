#include "column/code_chunk.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "column/chunk.h"
#include "column/limits.h"

namespace tomograph::column {
namespace {

constexpr std::size_t codes_per_byte = 4;
constexpr std::size_t codes_per_word = 32;

// The even bits of a word, moved together.
std::uint64_t even_bits(std::uint64_t word) {
    word &= 0x5555555555555555;
    word = (word | word >> 1) & 0x3333333333333333;
    word = (word | word >> 2) & 0x0f0f0f0f0f0f0f0f;
    word = (word | word >> 4) & 0x00ff00ff00ff00ff;
    word = (word | word >> 8) & 0x0000ffff0000ffff;
    return (word | word >> 16) & 0x00000000ffffffff;
}

// Bit 2 i of the result: whether code i of the word is wanted.
std::uint64_t wanted_codes(std::uint64_t word, unsigned wanted) {
    const std::uint64_t high = word >> 1;
    std::uint64_t hits = 0;
    if ((wanted & 1) != 0) hits |= ~high & ~word;
    if ((wanted & 2) != 0) hits |= ~high & word;
    if ((wanted & 4) != 0) hits |= high & ~word;
    if ((wanted & 8) != 0) hits |= high & word;
    return hits;
}

}  // namespace

void encode_codes(std::span<const std::uint8_t> codes, std::string& out, EncodeOptions options) {
    ASSERT(codes.size() <= block_rows_max);
    Chunk chunk{.encoding = Encoding::codes_constant, .rows = codes.size(), .body = {}};
    const std::uint8_t first = codes.empty() ? std::uint8_t{0} : codes.front();
    if (std::all_of(codes.begin(), codes.end(), [=](std::uint8_t code) { return code == first; })) {
        ASSERT(first < 4);
        chunk.body.push_back(static_cast<char>(first));
    } else {
        chunk.encoding = Encoding::codes_packed;
        chunk.body.resize((codes.size() + codes_per_byte - 1) / codes_per_byte);
        for (std::size_t row = 0; row < codes.size(); ++row) {
            ASSERT(codes[row] < 4);
            char& place = chunk.body[row / codes_per_byte];
            place = static_cast<char>(place | codes[row] << row % codes_per_byte * 2);
        }
    }
    write_chunk(chunk, out, options);
}

Result<CodeChunk> CodeChunk::open(std::string_view bytes, std::size_t rows) {
    Chunk chunk = TRY(read_chunk(bytes, rows));
    CodeChunk opened;
    opened.rows_ = rows;
    const std::size_t packed_bytes = (rows + codes_per_byte - 1) / codes_per_byte;
    switch (chunk.encoding) {
        case Encoding::codes_constant:
            if (chunk.body.size() != 1 || static_cast<std::uint8_t>(chunk.body[0]) > 3)
                return Error(ErrorCode::corrupt, "codes: not one constant of 0 to 3");
            opened.constant_ = static_cast<std::uint8_t>(chunk.body[0]);
            return opened;
        case Encoding::codes_packed:
            if (chunk.body.size() != packed_bytes)
                return Error(ErrorCode::corrupt,
                             fmt::format("codes: {} rows in {} bytes", rows, chunk.body.size()));
            opened.packed_ = std::move(chunk.body);
            opened.packed_.resize((rows + codes_per_word - 1) / codes_per_word *
                                  sizeof(std::uint64_t));
            return opened;
        default:
            return unknown_encoding(chunk.encoding);
    }
}

std::uint8_t CodeChunk::value(std::size_t row) const {
    ASSERT(row < rows_);
    if (packed_.empty()) return constant_;
    const auto byte = static_cast<std::uint8_t>(packed_[row / codes_per_byte]);
    return static_cast<std::uint8_t>(byte >> row % codes_per_byte * 2 & 3);
}

void CodeChunk::values(std::span<std::uint8_t> out) const {
    ASSERT(out.size() == rows_);
    for (std::size_t row = 0; row < rows_; ++row) out[row] = value(row);
}

void CodeChunk::match(unsigned wanted, Bitmap& out) const {
    ASSERT(out.rows() == rows_);
    if (packed_.empty()) {
        if ((wanted >> constant_ & 1) != 0) out.fill();
        return;
    }
    const std::span<std::uint64_t> bits = out.words();
    for (std::size_t word = 0; word < packed_.size() / sizeof(std::uint64_t); ++word) {
        std::uint64_t codes;
        std::memcpy(&codes, packed_.data() + word * sizeof codes, sizeof codes);
        std::uint64_t hits = even_bits(wanted_codes(codes, wanted));
        const std::size_t left = rows_ - word * codes_per_word;
        if (left < codes_per_word) hits &= (std::uint64_t{1} << left) - 1;
        bits[word / 2] |= hits << word % 2 * 32;
    }
}

}  // namespace tomograph::column
