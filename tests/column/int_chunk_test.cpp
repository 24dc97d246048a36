#include "column/int_chunk.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <vector>

#include "base/bytes.h"
#include "base/hash.h"
#include "column/chunk.h"
#include "column/limits.h"

namespace tomograph::column {
namespace {

using Ints = std::vector<std::int64_t>;

constexpr std::int64_t int_min = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t int_max = std::numeric_limits<std::int64_t>::max();

Encoding encoding_of(const std::string& chunk) { return static_cast<Encoding>(chunk[0]); }

/// Three integers of one byte over a base, as a chunk inside of another: varint length, chunk.
std::string nested_ints(const std::string& body, Encoding encoding = Encoding::int_frame_8,
                        std::size_t rows = 3) {
    std::string chunk;
    write_chunk_as_is({.encoding = encoding, .rows = rows, .body = body}, chunk);
    std::string bytes;
    ByteWriter(bytes).text(chunk);
    return bytes;
}

/// A column of some shape, rows long.
struct Shape {
    std::string_view name;
    std::int64_t (*value)(std::size_t row, std::mt19937_64& random);
    Encoding encoding;   // chosen for 4,096 rows
    double bytes_a_row;  // at most
};

std::int64_t as_int(std::uint64_t value) { return static_cast<std::int64_t>(value); }

const Shape shapes[] = {
    {"constant", [](std::size_t, std::mt19937_64&) { return int_min; }, Encoding::int_constant,
     0.01},
    {"random ids", [](std::size_t, std::mt19937_64& random) { return as_int(random()); },
     Encoding::int_raw, 8.01},
    {"microseconds in the order of time",
     [](std::size_t row, std::mt19937_64& random) {
         return as_int(1'478'232'000'000'000 + row * 1000 + random() % 1000);
     },
     Encoding::int_delta_planes, 1.6},
    {"durations",
     [](std::size_t, std::mt19937_64& random) { return as_int(random() >> (44 + random() % 16)); },
     Encoding::int_planes, 2.5},
    {"status codes",
     [](std::size_t, std::mt19937_64& random) {
         return random() % 16 == 0 ? (random() % 2 == 0 ? 404 : 503) : as_int(200);
     },
     Encoding::int_dictionary, 0.2},
    {"row of the trace", [](std::size_t row, std::mt19937_64&) { return as_int(row / 10); },
     Encoding::int_delta_planes, 0.2},
    {"a few large accounts",
     [](std::size_t, std::mt19937_64& random) { return as_int(mix64(1 + random() % 40)); },
     Encoding::int_dictionary, 1.0},
    {"small counts", [](std::size_t, std::mt19937_64& random) { return as_int(random() % 10); },
     Encoding::int_frame_8, 0.6},
    {"nanoseconds of whole microseconds",
     [](std::size_t, std::mt19937_64& random) { return as_int(random() % 60'000 * 1000 - 5); },
     Encoding::int_multiples, 2.05},
    {"milliseconds in the order of time",
     [](std::size_t row, std::mt19937_64& random) {
         return as_int(1'478'232'000'000'000'000 + (row * 50 + random() % 200) * 1'000'000);
     },
     Encoding::int_multiples, 1.6},
    {"runs of a few sums of money",
     [](std::size_t row, std::mt19937_64&) {
         return as_int(std::mt19937_64(row / 100)() % 8 * 10'000'000);
     },
     Encoding::int_dictionary, 0.2},
    {"both ends of the range",
     [](std::size_t row, std::mt19937_64& random) {
         return row % 3 == 0 ? int_min : row % 3 == 1 ? int_max : as_int(random());
     },
     Encoding::int_planes, 8.01},
};

Ints values_of(const Shape& shape, std::size_t rows, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    Ints values;
    for (std::size_t row = 0; row < rows; ++row) values.push_back(shape.value(row, random));
    return values;
}

void check_matches(const Ints& values, const IntChunk& chunk, std::mt19937_64& random) {
    for (int round = 0; round < 12; ++round) {
        const auto pick = [&] {
            if (round == 0 || values.empty()) return as_int(random());
            const std::int64_t value = values[random() % values.size()];
            return round % 3 == 0 && value < int_max ? value + 1 : value;
        };
        std::int64_t min = round == 1 ? int_min : pick();
        std::int64_t max = round == 2 ? int_max : pick();
        if (round > 2 && max < min) std::swap(min, max);
        Bitmap expected(values.size());
        for (std::size_t row = 0; row < values.size(); ++row)
            if (values[row] >= min && values[row] <= max) expected.set(row);
        Bitmap matched(values.size());
        chunk.match(min, max, matched);
        CHECK(matched == expected);
    }
}

TEST_CASE("columns of every shape come back, small, and match as a loop over them would") {
    std::mt19937_64 random(11);
    for (const Shape& shape : shapes) {
        CAPTURE(shape.name);
        for (const std::size_t rows : {0, 1, 2, 63, 127, 128, 500, 4096}) {
            CAPTURE(rows);
            const Ints values = values_of(shape, rows, rows);
            std::string bytes;
            encode_ints(values, bytes, {.zstd_level = rows % 2 == 0 ? 1 : 3});
            const auto chunk = IntChunk::open(bytes, rows);
            REQUIRE(chunk);
            Ints decoded(rows);
            chunk->values(decoded);
            REQUIRE(decoded == values);
            for (std::size_t row = 0; row < rows; ++row) REQUIRE(chunk->value(row) == values[row]);
            CHECK(chunk->min() ==
                  (rows == 0 ? 0 : *std::min_element(values.begin(), values.end())));
            CHECK(chunk->max() ==
                  (rows == 0 ? 0 : *std::max_element(values.begin(), values.end())));
            check_matches(values, *chunk, random);
            if (rows == 4096) {
                CHECK(encoding_of(bytes) == shape.encoding);
                CHECK(static_cast<double>(bytes.size()) / 4096 <= shape.bytes_a_row);
            }
        }
    }
}

TEST_CASE("integers of any width and any step between them come back and match") {
    std::mt19937_64 random(12);
    for (unsigned shift = 0; shift < 64; ++shift) {
        for (const bool is_walk : {false, true}) {
            Ints values;
            std::uint64_t at = random();
            for (int i = 0; i < 300; ++i) {
                const std::uint64_t step = random() >> shift;
                at += step;
                values.push_back(as_int(is_walk ? at : step));
            }
            std::string bytes;
            encode_ints(values, bytes);
            const auto chunk = IntChunk::open(bytes, values.size());
            REQUIRE(chunk);
            Ints decoded(values.size());
            chunk->values(decoded);
            REQUIRE(decoded == values);
            check_matches(values, *chunk, random);
        }
    }
}

TEST_CASE("multiples of any divisor over any base come back and match") {
    std::mt19937_64 random(13);
    for (unsigned shift = 0; shift < 60; ++shift) {
        const std::uint64_t divisor = (random() >> shift) + 8;
        const auto quotient_max = std::max<std::uint64_t>(1, ~std::uint64_t{0} / divisor >> 1);
        Ints values{int_min, as_int((std::uint64_t{1} << 63) + divisor)};
        for (int i = 0; i < 300; ++i)
            values.push_back(as_int((std::uint64_t{1} << 63) + random() % quotient_max * divisor));
        for (const bool has_odd_one : {false, true}) {
            CAPTURE(divisor);
            if (has_odd_one) values[97] ^= 1;
            std::string bytes;
            encode_ints(values, bytes);
            const auto chunk = IntChunk::open(bytes, values.size());
            REQUIRE(chunk);
            Ints decoded(values.size());
            chunk->values(decoded);
            REQUIRE(decoded == values);
            check_matches(values, *chunk, random);
        }
    }
}

TEST_CASE("bytes laid out as documented are read as documented") {
    using std::string_literals::operator""s;
    const std::string ten = "\n\0\0\0\0\0\0\0"s;
    const std::string minus_one = "\xff\xff\xff\xff\xff\xff\xff\xff"s;
    struct Case {
        Encoding encoding;
        std::string body;
        Ints values;
    };
    for (const Case& c : {
             Case{Encoding::int_constant, ten, {10, 10, 10}},
             Case{Encoding::int_frame_8, ten + "\1\2\3", {11, 12, 13}},
             Case{Encoding::int_frame_16, ten + "\0\1\0\0\1\0"s, {266, 10, 11}},
             Case{Encoding::int_frame_32, minus_one + "\0\0\0\0\1\0\0\0\0\0\1\0"s, {-1, 0, 65'535}},
             Case{Encoding::int_raw, ten + minus_one + ten, {10, -1, 10}},
             Case{Encoding::int_planes, ten + "\2\0\1\2\3\1\1"s, {267, 268, 269}},
             Case{Encoding::int_planes,
                  minus_one + "\5\0\1\2\3\1\0\1\0\1\0\1\1"s,
                  {0x100000000, 0x100000001, 0x100000002}},
             Case{Encoding::int_delta_planes, ten + minus_one + "\1\0\0\3"s, {10, 9, 11}},
             Case{Encoding::int_delta_planes, ten + ten + "\0"s, {10, 20, 30}},
             Case{Encoding::int_dictionary, "\2\0"s + ten + minus_one + "\1\0\1"s, {-1, 10, -1}},
             Case{Encoding::int_multiples,
                  minus_one + ten + nested_ints(ten + "\1\2\3"),
                  {109, 119, 129}},
         }) {
        CAPTURE(static_cast<int>(c.encoding));
        std::string bytes;
        write_chunk_as_is({.encoding = c.encoding, .rows = 3, .body = c.body}, bytes);
        const auto decoded = decode_ints(bytes, 3);
        REQUIRE(decoded);
        CHECK(*decoded == c.values);
    }
}

TEST_CASE("damaged integers say what is wrong") {
    const auto body_of = [](auto write) {
        std::string body;
        ByteWriter writer(body);
        write(writer);
        return body;
    };
    struct Case {
        Encoding encoding;
        std::string body;
        std::string_view message;
    };
    using std::string_literals::operator""s;
    constexpr auto frame = Encoding::int_frame_8;
    const std::string codes(10, '\5');
    const auto multiples_of = [&](std::uint64_t divisor, const std::string& nested) {
        return body_of([&](ByteWriter& w) {
            w.fixed(std::int64_t{0});
            w.fixed(divisor);
            w.raw(nested);
        });
    };
    for (const Case& c :
         {Case{Encoding::int_planes, "", "integers of 0 bytes"},
          Case{Encoding::int_planes, body_of([](ByteWriter& w) {
                   w.fixed(std::int64_t{0});
                   w.fixed(std::uint8_t{9});
               }),
               "integers of 9 bytes"},
          Case{Encoding::int_planes, body_of([](ByteWriter& w) {
                   w.fixed(std::int64_t{0});
                   w.fixed(std::uint8_t{1});
                   w.fixed(std::uint8_t{3});
               }),
               "byte plane of unknown kind 3"},
          Case{Encoding::int_planes, body_of([](ByteWriter& w) {
                   w.fixed(std::int64_t{0});
                   w.fixed(std::uint8_t{1});
                   w.fixed(std::uint8_t{0});
                   w.raw("a");
               }),
               "byte plane 0 is cut short"},
          Case{Encoding::int_frame_8, body_of([](ByteWriter& w) {
                   w.fixed(int_max - 1);
                   w.raw("\x01\x02");
               }),
               "integers: base and code exceed 64 bits"},
          Case{Encoding::int_dictionary,
               body_of([](ByteWriter& w) { w.fixed(std::uint16_t{257}); }),
               "dictionary of 257 integers"},
          Case{Encoding::int_dictionary, body_of([](ByteWriter& w) {
                   w.fixed(std::uint16_t{1});
                   w.fixed(std::int64_t{5});
                   w.raw(std::string_view("\x00\x01", 2));
               }),
               "integers: code beyond the dictionary"},
          Case{Encoding::int_multiples, multiples_of(1, nested_ints(codes, frame, 2)),
               "integers: multiples of 1"},
          Case{Encoding::int_multiples, multiples_of(9, "\x10"), "integers: 2 rows in 17 bytes"},
          Case{Encoding::int_multiples, multiples_of(9, nested_ints(codes, frame, 2) + "x"),
               "integers: 2 rows in 44 bytes"},
          Case{Encoding::int_multiples, multiples_of(9, nested_ints(codes, frame, 3)),
               "quotients: chunk of 3 rows in a block of 2"},
          Case{Encoding::int_multiples,
               multiples_of(9, nested_ints(codes, Encoding::int_multiples, 2)),
               "chunk encoding 11 is not known to this program for this type"},
          Case{Encoding::int_multiples,
               multiples_of(std::uint64_t{1} << 60, nested_ints(codes, frame, 2)),
               "integers: base and multiple exceed 64 bits"},
          Case{Encoding::int_multiples,
               multiples_of(9, nested_ints(std::string(8, '\xff') + "\0\1"s, frame, 2)),
               "integers: base and multiple exceed 64 bits"}}) {
        std::string bytes;
        write_chunk_as_is({.encoding = c.encoding, .rows = 2, .body = c.body}, bytes);
        const auto chunk = IntChunk::open(bytes, 2);
        REQUIRE_FALSE(chunk);
        CHECK(chunk.error().message() == c.message);
    }
}

}  // namespace
}  // namespace tomograph::column
