#include "column/text_chunk.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <map>
#include <random>
#include <vector>

#include "base/bytes.h"
#include "base/hash.h"
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
     Encoding::text_recent_dictionary, 2.0},
    {"users, the same for all spans of a trace",
     [](std::size_t row, Random&) { return fmt::format("user-{}", Random(row / 10)() % 100'000); },
     Encoding::text_recent_dictionary, 1.0},
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
    {"urls of many services",
     [](std::size_t, Random& random) {
         constexpr const char* words[] = {"orders", "users", "carts", "items"};
         return fmt::format("https://{}.shop.example.com/v1/{}/{}",
                            static_cast<char>('a' + random() % 20), words[random() % 4],
                            random() % 1'000'000);
     },
     Encoding::text_pooled_templates, 3.7},
    {"urls of calls, once for the caller and once for the called",
     [](std::size_t row, Random&) {
         Random random(row / 2);
         return fmt::format("https://{}.shop.example.com/v1/orders/{}",
                            static_cast<char>('a' + random() % 20), random() % 1'000'000);
     },
     Encoding::text_recent_dictionary, 1.9},
    {"numbers, padded numbers and ids at one place",
     [](std::size_t, Random& random) {
         const auto word = static_cast<char>('g' + random() % 4);
         switch (random() % 3) {
             case 0:
                 return fmt::format("{}/{}", word, random() % 100);
             case 1:
                 return fmt::format("{}/{:05}", word, random() % 10'000);
             default:
                 return fmt::format("{}-{}/{:08x}", word, random() % 100, random() >> 32);
         }
     },
     Encoding::text_pooled_templates, 3.7},
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
     Encoding::text_pooled_templates, 7.9},
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

using std::string_literals::operator""s;

std::string chunk_of(Encoding encoding, std::size_t rows, const std::string& body) {
    std::string bytes;
    write_chunk_as_is({.encoding = encoding, .rows = rows, .body = body}, bytes);
    return bytes;
}

std::string nested(const std::string& chunk) {
    std::string bytes;
    ByteWriter(bytes).text(chunk);
    return bytes;
}

// Small integers over base 0, one byte each (encoding 2).
std::string nested_ints(const std::string& codes) {
    return nested(chunk_of(Encoding::int_frame_8, codes.size(), "\0\0\0\0\0\0\0\0"s + codes));
}

/// A few texts as they are: a raw chunk inside of another.
std::string nested_texts(const Strings& texts) {
    std::string body;
    ByteWriter writer(body);
    for (const std::string& text : texts) writer.varint(text.size());
    for (const std::string& text : texts) writer.raw(text);
    return nested(chunk_of(Encoding::text_raw, texts.size(), body));
}

TEST_CASE("bytes laid out as documented are read as documented") {
    const std::string raw = chunk_of(Encoding::text_raw, 2, "\2\1abc"s);
    struct Case {
        Encoding encoding;
        std::string body;
        Strings values;
    };
    for (const Case& c : {
             Case{Encoding::text_constant, "ab", {"ab", "ab", "ab"}},
             Case{Encoding::text_dictionary_8, "\2\1a\2bc\1\0\1"s, {"bc", "a", "bc"}},
             Case{Encoding::text_dictionary_16, "\1\1a\0\0\0\0\0\0"s, {"a", "a", "a"}},
             Case{Encoding::text_raw, "\1\0\2abc"s, {"a", "", "bc"}},
             // Three digits in two planes: the first differs, the second is constant.
             Case{Encoding::text_hex,
                  "\5i-\0\0\0\0\x12\xab\xff\1\x70"s,
                  {"i-127", "i-ab7", "i-ff7"}},
             Case{Encoding::text_templates,
                  "\1\4u\0\1\0"s + nested_ints("\0\7\x63"s),
                  {"u0", "u7", "u99"}},
             Case{Encoding::text_templates,
                  "\3\4u\0\2\3\3\0\3\1\3\0\4\0"s + nested_ints("\0\2\1"s) + nested_ints("\5"s) +
                      "\0\xc0"s + nested(chunk_of(Encoding::text_raw, 1, "\2hi"s)),
                  {"u005", "hi", "c"}},
             Case{Encoding::text_dictionary, "\2"s + nested(raw) + "\0\1\0\1"s, {"c", "ab", "c"}},
             Case{Encoding::text_recent_dictionary,
                  "\2"s + nested(raw) + "\0\0\0\2"s,
                  {"ab", "c", "ab"}},
             Case{Encoding::text_pooled_templates,
                  "\1"s + nested_texts({"u\0\1\0"s}) + nested_ints("\0\7\x63"s),
                  {"u0", "u7", "u99"}},
             // Numbers share a column; what is kept whole comes before all.
             Case{Encoding::text_pooled_templates,
                  "\3"s + nested_texts({"\0\4\0"s, "a\0\1\0"s, "b\0\2\3"s}) +
                      nested_ints("\2\0\1"s) + nested_texts({"hi"}) + nested_ints("\7\5"s),
                  {"b007", "hi", "a5"}},
             // First slots, numbers before the hexadecimal ones, which go by width; then second
             // ones.
             Case{Encoding::text_pooled_templates,
                  "\3"s + nested_texts({"a\0\3\2/\0\1\0"s, "b\0\3\1/\0\1\0"s, "c\0\1\0"s}) +
                      nested_ints("\0\2\1"s) + nested_ints("\3"s) + "\0\xc0\0\xab"s +
                      nested_ints("\1\2"s),
                  {"aab/1", "c3", "bc/2"}},
         }) {
        CAPTURE(static_cast<int>(c.encoding));
        const auto chunk = TextChunk::open(chunk_of(c.encoding, 3, c.body), 3);
        REQUIRE(chunk);
        std::string scratch;
        for (std::size_t row = 0; row < 3; ++row)
            CHECK(chunk->value(row, scratch) == c.values[row]);
    }
}

TEST_CASE("damaged texts say what is wrong") {
    const std::string raw = chunk_of(Encoding::text_raw, 2, "\2\1abc"s);
    struct Case {
        Encoding encoding;
        std::string body;
        std::string_view message;
    };
    for (const Case& c : {
             Case{Encoding::text_hex, "", "texts: shape of hexadecimal texts"},
             Case{Encoding::text_hex, "\2ab", "texts: hexadecimal texts without a digit"},
             Case{Encoding::text_hex, "\1\0\0\1\2\3"s, "texts: digits do not fill the chunk"},
             Case{Encoding::text_hex, "\1\0\0\1"s, "byte plane 0 is cut short"},
             Case{Encoding::text_hex, "\1\0\0\x10\x23"s, "texts: more digits than a slot has"},
             Case{Encoding::text_templates, "\1\3\0\3\1\0\x10\x23"s,
                  "texts: more digits than a slot has"},
             Case{Encoding::text_templates, "\0"s, "texts: 0 patterns"},
             Case{Encoding::text_templates, "\x41"s, "texts: 65 patterns"},
             Case{Encoding::text_templates, "\1\3\0\7\0"s, "texts: unknown slot in a pattern"},
             Case{Encoding::text_templates, "\1\3\0\2\1"s + nested_ints("\1\n"s),
                  "texts: number too long for its slot"},
             Case{Encoding::text_templates, "\2\1a\1b"s + nested_ints("\0\2"s),
                  "texts: row of an unknown pattern"},
             Case{Encoding::text_templates, "\1\1ax"s, "texts: templates do not fill the chunk"},
             Case{Encoding::text_templates,
                  "\1\3\0\4\0"s + nested(chunk_of(Encoding::text_constant, 2, "a")),
                  "chunk encoding 16 is not known to this program for this type"},
             Case{Encoding::text_pooled_templates, "\0"s, "texts: 0 patterns"},
             Case{Encoding::text_pooled_templates, "\x81\2"s, "texts: 257 patterns"},
             Case{Encoding::text_pooled_templates, "\1"s + nested_texts({"a", "b"}),
                  "patterns: chunk of 2 rows in a block of 1"},
             Case{Encoding::text_pooled_templates,
                  "\1"s + nested(chunk_of(Encoding::text_constant, 1, "a")),
                  "chunk encoding 16 is not known to this program for this type"},
             Case{Encoding::text_pooled_templates, "\1"s + nested_texts({"\0\7\0"s}),
                  "texts: unknown slot in a pattern"},
             Case{Encoding::text_pooled_templates,
                  "\2"s + nested_texts({"a", "b"}) + nested_ints("\0\2"s),
                  "texts: row of an unknown pattern"},
             Case{Encoding::text_pooled_templates, "\1"s + nested_texts({"a"}) + "x",
                  "texts: templates do not fill the chunk"},
             Case{Encoding::text_pooled_templates,
                  "\1"s + nested_texts({"\0\2\1"s}) + nested_ints("\1\n"s),
                  "texts: number too long for its slot"},
             Case{Encoding::text_pooled_templates,
                  "\1"s + nested_texts({"\0\2\1"s}) + nested_ints("\1"s),
                  "numbers: chunk of 1 rows in a block of 2"},
             Case{Encoding::text_pooled_templates,
                  "\1"s + nested_texts({"\0\3\1"s}) + "\0\x10\x23"s,
                  "texts: more digits than a slot has"},
             Case{Encoding::text_recent_dictionary, "\0"s, "texts: size of the dictionary"},
             Case{Encoding::text_recent_dictionary, "\2"s + nested(raw) + "\0\0\2"s,
                  "texts: code beyond the dictionary"},
             Case{Encoding::text_recent_dictionary, "\1"s + nested_texts({"a"}) + "\0\0\0"s,
                  "texts: code beyond the dictionary"},
             Case{Encoding::text_recent_dictionary, "\2"s + nested(raw) + "\0\0\1"s,
                  "texts: entries without a row"},
             Case{Encoding::text_dictionary, "\0"s, "texts: size of the dictionary"},
             Case{Encoding::text_dictionary, "\2"s + nested(raw) + "\0\0\2"s,
                  "texts: code beyond the dictionary"},
             Case{Encoding::text_dictionary, "\2"s + nested(raw) + "\0\0\1x"s,
                  "texts: dictionary and codes do not fill the chunk"},
             Case{Encoding::text_dictionary,
                  "\2"s + nested(chunk_of(Encoding::text_dictionary, 2,
                                          "\2"s + nested(raw) + "\0\0\1"s)),
                  "entries: chunk encoding 22 is not known to this program for this type"},
         }) {
        const auto chunk = TextChunk::open(chunk_of(c.encoding, 2, c.body), 2);
        REQUIRE_FALSE(chunk);
        CHECK(chunk.error().code() == ErrorCode::corrupt);
        CHECK(chunk.error().message() == c.message);
    }
}

TEST_CASE("a few bytes cannot claim texts without end") {
    // 65,536 rows of 250 digits, each digit pair a constant plane of two bytes.
    std::string slots;
    for (int i = 0; i < 8; ++i) slots += "/\0\3\xfa"s;
    std::string body = "\1"s;
    ByteWriter writer(body);
    writer.text(slots);
    for (int i = 0; i < 8 * 125; ++i) body += "\1\0"s;
    const auto chunk = TextChunk::open(chunk_of(Encoding::text_templates, 65'536, body), 65'536);
    REQUIRE_FALSE(chunk);
    CHECK(chunk.error().message() == "texts: 65536000 bytes of digits");

    body = "\1"s + nested_texts({slots});
    for (int i = 0; i < 8 * 125; ++i) body += "\1\0"s;
    const auto pooled =
        TextChunk::open(chunk_of(Encoding::text_pooled_templates, 65'536, body), 65'536);
    REQUIRE_FALSE(pooled);
    CHECK(pooled.error().message() == "texts: 65536000 bytes of digits");

    // One slot opens, but all texts together are too many for one answer.
    const std::string literal(1000, 'x');
    body = "\1"s;
    writer.text(literal + "\0\3\2"s);
    body += "\1\0"s;
    const std::string bytes = chunk_of(Encoding::text_templates, 65'536, body);
    CHECK(TextChunk::open(bytes, 65'536));
    CHECK(decode_texts(bytes, 65'536).error().message() == "texts of more than 16777216 bytes");
}

TEST_CASE("a dictionary of 255 or 256 recent entries has steps back of one or two bytes") {
    for (const std::size_t distinct : {254, 255, 256, 257}) {
        // Each is repeated at once; at the end the first comes back from as far as it can.
        Strings values;
        for (std::size_t i = 0; i < distinct; ++i)
            values.insert(values.end(), 3, fmt::format("{:x}", mix64(i)));
        values.push_back(values.front());
        const std::string bytes = encode(values);
        CHECK(static_cast<int>(encoding_of(bytes)) ==
              static_cast<int>(Encoding::text_recent_dictionary));
        const auto chunk = TextChunk::open(bytes, values.size());
        REQUIRE(chunk);
        std::string scratch;
        for (std::size_t row = 0; row < values.size(); ++row)
            REQUIRE(chunk->value(row, scratch) == values[row]);
        check_matches(values, *chunk);
        check_counts(values, *chunk);
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
