#include "column/text_chunk.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <map>
#include <random>
#include <vector>

#include "base/bytes.h"
#include "column/chunk.h"

namespace tomograph::column {
namespace {

using Random = std::mt19937_64;
using Strings = std::vector<std::string>;
using Views = std::vector<std::string_view>;

Encoding encoding_of(const std::string& chunk) { return static_cast<Encoding>(chunk[0]); }

std::string uuid(Random& random) {
    const std::uint64_t high = random();
    const std::uint64_t low = random();
    return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, high >> 16 & 0xffff,
                       high & 0xffff, low >> 48, low & 0xffffffffffff);
}

std::string junk(Random& random) {
    std::string text(random() % 40, ' ');
    const auto alphabet = random() % 3;
    for (char& c : text)
        c = alphabet == 0   ? static_cast<char>(random())
            : alphabet == 1 ? "0123456789abcdef-/"[random() % 18]
                            : "01a/\0"[random() % 5];
    return text;
}

/// A column of some shape, rows long.
struct Shape {
    std::string_view name;
    std::string (*value)(std::size_t row, Random& random);
    Encoding encoding;   // chosen for 4,096 rows
    double bytes_a_row;  // at most
};

const Shape shapes[] = {
    {"constant", [](std::size_t, Random&) { return std::string("orders"); },
     Encoding::text_constant, 0.01},
    {"empty", [](std::size_t, Random&) { return std::string(); }, Encoding::text_constant, 0.01},
    {"services", [](std::size_t, Random& random) { return fmt::format("svc-{}", random() % 14); },
     Encoding::text_dictionary, 0.6},
    {"tenants",
     [](std::size_t, Random& random) { return fmt::format("tenant-{:04}", random() % 1000); },
     Encoding::text_dictionary, 2.0},
    {"users, the same for all spans of a trace",
     [](std::size_t row, Random&) { return fmt::format("user-{}", Random(row / 10)() % 100'000); },
     Encoding::text_dictionary, 1.0},
    {"order ids", [](std::size_t row, Random&) { return fmt::format("order-{}", 7'000'000 + row); },
     Encoding::text_templates, 0.1},
    {"user ids",
     [](std::size_t, Random& random) { return fmt::format("u{}", random() % 100'000'000); },
     Encoding::text_templates, 3.6},
    {"urls",
     [](std::size_t, Random& random) {
         constexpr const char* words[] = {"orders", "users", "carts", "items"};
         return fmt::format("https://shop.example.com/api/{}/{}", words[random() % 4],
                            random() % 1'000'000);
     },
     Encoding::text_templates, 3.0},
    {"urls with two numbers and ids",
     [](std::size_t, Random& random) {
         return fmt::format("/v2/{}/{:03}/{}", random() % 1000, random() % 1000, uuid(random));
     },
     Encoding::text_templates, 18.9},
    {"request ids", [](std::size_t, Random& random) { return uuid(random); }, Encoding::text_hex,
     16.1},
    {"trace ids",
     [](std::size_t row, Random& random) {
         return fmt::format("1-{:08x}-{:08x}{:016x}", 0x58140000 + row / 50, random() >> 32,
                            random());
     },
     Encoding::text_hex, 12.3},
    {"span ids", [](std::size_t, Random& random) { return fmt::format("{:016x}", random()); },
     Encoding::text_hex, 8.1},
    {"hexadecimal of any length",
     [](std::size_t, Random& random) { return fmt::format("{:x}", random() >> random() % 32); },
     Encoding::text_templates, 7.9},
    {"instances",
     [](std::size_t, Random& random) { return fmt::format("i-{:08x}", random() >> 32); },
     Encoding::text_hex, 4.1},
    {"instances and addresses",
     [](std::size_t, Random& random) {
         return random() % 2 == 0
                    ? fmt::format("i-{:017x}", random())
                    : fmt::format("10.{}.{}.{}", random() % 256, random() % 256, random() % 256);
     },
     Encoding::text_templates, 6.3},
    {"words",
     [](std::size_t, Random& random) {
         std::string text;
         for (int i = 0; i < 12; ++i) text += "abcdefghijklmnopqrstuvwxyz"[random() % 26];
         return text;
     },
     Encoding::text_raw, 8.6},
    {"junk", [](std::size_t, Random& random) { return junk(random); }, Encoding::text_raw, 20.0},
};

Strings values_of(const Shape& shape, std::size_t rows) {
    Random random(rows);
    Strings values;
    for (std::size_t row = 0; row < rows; ++row) values.push_back(shape.value(row, random));
    return values;
}

std::string encode(const Strings& values, EncodeOptions options = {}) {
    std::string bytes;
    encode_texts(Views(values.begin(), values.end()), bytes, options);
    return bytes;
}

Bitmap rows_where(const Strings& values, const std::function<bool(std::string_view)>& test) {
    Bitmap rows(values.size());
    for (std::size_t row = 0; row < values.size(); ++row)
        if (test(values[row])) rows.set(row);
    return rows;
}

void check_matches(const Strings& values, const TextChunk& chunk) {
    Random random(values.size());
    const auto has_seven = [](std::string_view text) {
        return text.find('7') != std::string_view::npos;
    };
    Bitmap matched(values.size());
    chunk.match(has_seven, matched);
    CHECK(matched == rows_where(values, has_seven));
    for (int round = 0; round < 8; ++round) {
        std::string wanted =
            values.empty() || round == 0 ? "svc-7" : values[random() % values.size()];
        if (round > 4 && !wanted.empty()) wanted[random() % wanted.size()] ^= 1;
        if (round == 4) wanted += "0";
        matched = Bitmap(values.size());
        chunk.match_equal(wanted, matched);
        CHECK(matched == rows_where(values, [&](std::string_view text) { return text == wanted; }));
    }
}

void check_counts(const Strings& values, const TextChunk& chunk) {
    std::map<std::string, std::size_t> expected;
    for (const std::string& value : values) ++expected[value];
    std::map<std::string, std::size_t> counted;
    std::size_t visits = 0;
    chunk.each_value([&](std::string_view value, std::size_t count) {
        counted[std::string(value)] += count;
        ++visits;
    });
    CHECK(counted == expected);
    if (chunk.distinct() == 0) {
        CHECK(visits == values.size());
        return;
    }
    CHECK(chunk.distinct() == expected.size());
    CHECK(visits == expected.size());
    std::vector<std::uint16_t> codes(values.size());
    chunk.codes(codes);
    for (std::size_t row = 0; row < values.size(); ++row) {
        REQUIRE(chunk.entry(codes[row]) == values[row]);
        REQUIRE(chunk.code(row) == codes[row]);
    }
}

TEST_CASE("texts of every shape come back, small, and match as a loop over them would") {
    for (const Shape& shape : shapes) {
        CAPTURE(shape.name);
        for (const std::size_t rows : {0, 1, 2, 100, 255, 256, 700, 4096}) {
            CAPTURE(rows);
            const Strings values = values_of(shape, rows);
            const std::string bytes = encode(values, {.zstd_level = rows % 2 == 0 ? 1 : 3});
            auto opened = TextChunk::open(bytes, rows);
            REQUIRE(opened);
            const TextChunk chunk = std::move(*opened);
            std::string scratch;
            for (std::size_t row = 0; row < rows; ++row)
                REQUIRE(chunk.value(row, scratch) == values[row]);
            const auto texts = decode_texts(bytes, rows);
            REQUIRE(texts);
            for (std::size_t row = 0; row < rows; ++row) REQUIRE((*texts)[row] == values[row]);
            check_matches(values, chunk);
            check_counts(values, chunk);
            if (rows == 4096) {
                CHECK(static_cast<int>(encoding_of(bytes)) == static_cast<int>(shape.encoding));
                CHECK(static_cast<double>(bytes.size()) / 4096 <= shape.bytes_a_row);
            }
        }
    }
}

TEST_CASE("any mix of shapes comes back") {
    Random random(31);
    for (int round = 0; round < 60; ++round) {
        Strings pool;
        const std::size_t kinds = 1 + random() % 4;
        const std::size_t rows = 256 + random() % 600;
        const std::size_t distinct = random() % 2 == 0 ? rows : 1 + random() % rows;
        for (std::size_t i = 0; i < distinct; ++i) {
            const Shape& shape = shapes[(random() % kinds * 5 + static_cast<std::size_t>(round)) %
                                        std::size(shapes)];
            pool.push_back(shape.value(i, random));
        }
        Strings values;
        for (std::size_t row = 0; row < rows; ++row)
            values.push_back(distinct == rows ? pool[row] : pool[random() % distinct]);
        const std::string bytes = encode(values);
        const auto chunk = TextChunk::open(bytes, rows);
        REQUIRE(chunk);
        std::string scratch;
        for (std::size_t row = 0; row < rows; ++row)
            REQUIRE(chunk->value(row, scratch) == values[row]);
        check_matches(values, *chunk);
        check_counts(values, *chunk);
    }
}

}  // namespace
}  // namespace tomograph::column
