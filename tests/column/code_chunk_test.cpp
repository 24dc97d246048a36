#include "column/code_chunk.h"

#include <doctest/doctest.h>

#include <random>
#include <vector>

#include "column/chunk.h"

namespace tomograph::column {
namespace {

using Codes = std::vector<std::uint8_t>;

TEST_CASE("two-bit codes come back and match as a loop over them would") {
    std::mt19937_64 random(5);
    for (const std::size_t rows : {0, 1, 3, 4, 31, 32, 33, 64, 65, 1000, 4096}) {
        for (const unsigned kinds : {1u, 2u, 4u}) {
            Codes codes(rows);
            for (std::uint8_t& code : codes)
                code = static_cast<std::uint8_t>(kinds == 1 ? 2 : random() % kinds);
            std::string bytes;
            encode_codes(codes, bytes);
            const auto chunk = CodeChunk::open(bytes, rows);
            REQUIRE(chunk);
            Codes decoded(rows);
            chunk->values(decoded);
            CHECK(decoded == codes);
            for (unsigned wanted = 0; wanted < 16; ++wanted) {
                Bitmap expected(rows);
                for (std::size_t row = 0; row < rows; ++row)
                    if ((wanted >> codes[row] & 1) != 0) expected.set(row);
                Bitmap matched(rows);
                chunk->match(wanted, matched);
                CHECK(matched == expected);
            }
        }
    }
}

TEST_CASE("damaged codes are errors") {
    struct Case {
        Encoding encoding;
        std::string body;
        std::string_view message;
    };
    for (const Case& c :
         {Case{Encoding::codes_constant, "", "codes: not one constant of 0 to 3"},
          Case{Encoding::codes_constant, "\x04", "codes: not one constant of 0 to 3"},
          Case{Encoding::codes_packed, "ab", "codes: 4 rows in 2 bytes"},
          Case{Encoding::int_raw, "a",
               "chunk encoding 5 is not known to this program for this type"}}) {
        std::string bytes;
        write_chunk({.encoding = c.encoding, .rows = 4, .body = c.body}, bytes);
        const auto chunk = CodeChunk::open(bytes, 4);
        REQUIRE_FALSE(chunk);
        CHECK(chunk.error().message() == c.message);
    }
}

}  // namespace
}  // namespace tomograph::column
