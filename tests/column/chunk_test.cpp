#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "base/hash.h"
#include "column/chunk.h"
#include "column/column_block.h"
#include "column/int_chunk.h"
#include "column/limits.h"
#include "column/text_chunk.h"
#include "column/zstd_block.h"

namespace tomograph::column {
namespace {

using Ints = std::vector<std::int64_t>;
using Strings = std::vector<std::string_view>;

constexpr std::int64_t min = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t max = std::numeric_limits<std::int64_t>::max();

Strings values_of(const Texts& texts) {
    Strings values;
    for (std::size_t i = 0; i < texts.size(); ++i) values.push_back(texts[i]);
    return values;
}

Encoding encoding_of(const std::string& chunk) { return static_cast<Encoding>(chunk[0]); }

std::string body_chunk(Encoding encoding, std::size_t rows, std::string body) {
    std::string bytes;
    write_chunk({.encoding = encoding, .rows = rows, .body = std::move(body)}, bytes);
    return bytes;
}

TEST_CASE("integers come back, in the smallest encoding that holds them") {
    struct Case {
        Ints values;
        Encoding expected;
    };
    for (const Case& c :
         {Case{{5}, Encoding::int_constant}, Case{{max, max}, Encoding::int_constant},
          Case{{1, 256}, Encoding::int_frame_8}, Case{{min, min + 255}, Encoding::int_frame_8},
          Case{{1, 257}, Encoding::int_frame_16}, Case{{-30000, 35535}, Encoding::int_frame_16},
          Case{{0, 65536}, Encoding::int_frame_32},
          Case{{max - 0xffffffffLL, max}, Encoding::int_frame_32},
          Case{{0, 0x100000000}, Encoding::int_raw}, Case{{min, 0, max}, Encoding::int_raw}}) {
        std::string chunk;
        encode_ints(c.values, chunk);
        CHECK(encoding_of(chunk) == c.expected);
        const auto decoded = decode_ints(chunk, c.values.size());
        REQUIRE(decoded);
        CHECK(*decoded == c.values);
    }
}

TEST_CASE("random integers of every width come back") {
    std::mt19937_64 random(1);
    for (int shift = 0; shift < 64; ++shift) {
        Ints values;
        for (int i = 0; i < 1000; ++i)
            values.push_back(static_cast<std::int64_t>(random() >> shift));
        std::string chunk;
        encode_ints(values, chunk);
        const auto decoded = decode_ints(chunk, values.size());
        REQUIRE(decoded);
        CHECK(*decoded == values);
    }
}

TEST_CASE("texts come back, in the smallest encoding that holds them") {
    std::deque<std::string> numbers;
    Strings few;
    Strings many;
    Strings unique;
    for (std::size_t i = 0; i < 5000; ++i) {
        unique.push_back(numbers.emplace_back("tenant-" + std::to_string(i)));
        few.push_back(unique[std::min(i, mix64(i) % 200)]);
        many.push_back(unique[std::min(i, mix64(i) % 1000)]);
    }
    struct Case {
        Strings values;
        Encoding expected;
    };
    const std::string large(100'000, 'x');
    for (const Case& c :
         {Case{{""}, Encoding::text_constant}, Case{{"ü", "ü"}, Encoding::text_constant},
          Case{{"", "a"}, Encoding::text_raw}, Case{few, Encoding::text_dictionary},
          Case{many, Encoding::text_recent_dictionary}, Case{unique, Encoding::text_templates},
          Case{{large, "", large}, Encoding::text_dictionary_8}}) {
        std::string chunk;
        encode_texts(c.values, chunk);
        CHECK(encoding_of(chunk) == c.expected);
        auto decoded = decode_texts(chunk, c.values.size());
        REQUIRE(decoded);
        const Texts moved = std::move(*decoded);
        CHECK(values_of(moved) == c.values);
    }
}

TEST_CASE("a chunk says what is wrong with it") {
    std::string good;
    encode_ints(Ints{1, 2, 3}, good);
    const auto with = [&](std::size_t place, char value) {
        std::string bytes = good;
        bytes[place] = value;
        return bytes;
    };
    struct Case {
        std::string bytes;
        std::string_view message;
    };
    for (const Case& c :
         {Case{with(0, 99), "chunk encoding 99 is not known to this program for this type"},
          Case{with(0, 17), "chunk encoding 17 is not known to this program for this type"},
          Case{with(1, 2), "chunk flags 2 are not known to this program"},
          Case{with(4, 4), "chunk of 4 rows in a block of 3"},
          Case{with(0, 3), "integers: 3 rows in 11 bytes"},
          Case{with(8, 12), "chunk body of 12 bytes stored in 11"},
          Case{with(11, 127), "chunk body of 2130706443 bytes"},
          Case{with(1, 1), "zstd: Unknown frame descriptor"}}) {
        const auto decoded = decode_ints(c.bytes, 3);
        REQUIRE_FALSE(decoded);
        CHECK(decoded.error().code() == ErrorCode::corrupt);
        CHECK(decoded.error().message() == c.message);
    }
}

TEST_CASE("damaged dictionaries and lengths are errors") {
    using std::string_literals::operator""s;
    for (const std::string& body :
         {""s, "\0"s, "\x01\x01"s, "\x01\x01x"s, "\x01\x01x\x00"s, "\x01\x01x\x00\x01"s,
          "\x01\x01x\x00\x00\x00"s, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s})
        CHECK_FALSE(decode_texts(body_chunk(Encoding::text_dictionary_8, 2, body), 2));
    for (const std::string& body : {""s, "\x01"s, "\x01\x01x"s, "\x01\x01xyz"s,
                                    "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x01x"s})
        CHECK_FALSE(decode_texts(body_chunk(Encoding::text_raw, 2, body), 2));
}

TEST_CASE("every flipped bit and every truncation of a block is survived") {
    Ints ints;
    Strings texts;
    for (int i = 0; i < 300; ++i) {
        ints.push_back(i % 7);
        texts.push_back(i % 3 == 0 ? "orders" : "payments");
    }
    ColumnBlockWriter writer(ints.size());
    writer.ints(1, ints);
    writer.texts(2, texts);
    const std::string block = std::move(writer).finish();
    const auto read_all = [](std::string_view bytes) {
        const auto reader = ColumnBlockReader::open(bytes);
        if (!reader) return false;
        const bool has_ints = bool(reader->ints(1));
        const bool has_texts = bool(reader->texts(2));
        return has_ints && has_texts;
    };
    REQUIRE(read_all(block));
    for (std::size_t size = 0; size < block.size(); ++size)
        CHECK_FALSE(read_all(std::string_view(block).substr(0, size)));
    for (std::size_t bit = 0; bit < block.size() * 8; ++bit) {
        std::string flipped = block;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
        read_all(flipped);  // frames detect damage; here it must only do no harm
    }
}

TEST_CASE("a block gives the columns asked for and skips the others") {
    ColumnBlockWriter writer(2);
    writer.ints(7, Ints{1, 2});
    writer.texts(900, Strings{"a", "b"});
    const std::string block = std::move(writer).finish();
    const auto reader = ColumnBlockReader::open(block);
    REQUIRE(reader);
    CHECK(reader->rows() == 2);
    CHECK(*reader->ints(7) == Ints{1, 2});
    CHECK((*reader->texts(900))[1] == "b");
    CHECK(reader->ints(8).error().message() == "the block has no column 8");
    CHECK(reader->ints(900).error().message() ==
          "column 900: chunk encoding 19 is not known to this program for this type");
}

TEST_CASE("zstd never gives more than the size that is expected") {
    const std::string frame = zstd_compress(std::string(1 << 20, 'x'));
    CHECK(frame.size() < 200);
    CHECK(zstd_decompress(frame, 1 << 20));
    CHECK_FALSE(zstd_decompress(frame, (1 << 20) - 1));
    CHECK_FALSE(zstd_decompress(frame, (1 << 20) + 1));
    CHECK_FALSE(zstd_decompress(frame, 0));
    CHECK_FALSE(zstd_decompress("", 10));
    CHECK(zstd_decompress(zstd_compress(""), 0)->empty());
}

}  // namespace
}  // namespace tomograph::column
