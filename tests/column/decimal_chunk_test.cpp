#include "column/decimal_chunk.h"

#include <doctest/doctest.h>

#include <limits>
#include <random>
#include <vector>

#include "column/chunk.h"

namespace tomograph::column {
namespace {

using Decimals = std::vector<Decimal>;

constexpr std::int64_t int_min = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t int_max = std::numeric_limits<std::int64_t>::max();

Encoding encoding_of(const std::string& chunk) { return static_cast<Encoding>(chunk[0]); }

std::int64_t as_int(std::uint64_t value) { return static_cast<std::int64_t>(value); }

void check_column(const Decimals& values, std::mt19937_64& random) {
    std::string bytes;
    encode_decimals(values, bytes);
    const auto chunk = DecimalChunk::open(bytes, values.size());
    REQUIRE(chunk);
    Decimals decoded(values.size());
    chunk->values(decoded);
    REQUIRE(decoded == values);
    const auto bound = [&]() -> std::optional<DecimalBound> {
        if (random() % 5 == 0) return std::nullopt;
        Decimal value = values[random() % values.size()];
        if (random() % 3 == 0) value.scale = static_cast<std::uint8_t>(random() % 19);
        if (random() % 4 == 0)
            value.mantissa = as_int(static_cast<std::uint64_t>(value.mantissa) + 1);
        return DecimalBound{value, random() % 2 == 0};
    };
    for (int round = 0; round < 20; ++round) {
        const DecimalRange range{.low = bound(), .high = bound()};
        Bitmap expected(values.size());
        for (std::size_t row = 0; row < values.size(); ++row) {
            REQUIRE(chunk->value(row) == values[row]);
            if (range.contains(values[row])) expected.set(row);
        }
        Bitmap matched(values.size());
        chunk->match(range, matched);
        CHECK(matched == expected);
    }
}

TEST_CASE("decimals compare as numbers") {
    struct Case {
        Decimal a;
        Decimal b;
        int order;
    };
    for (const Case& c :
         {Case{{150, 2}, {15, 1}, 0}, Case{{0, 0}, {0, 18}, 0}, Case{{1, 18}, {0, 0}, 1},
          Case{{-1, 18}, {0, 3}, -1}, Case{{int_max, 0}, {int_max, 18}, 1},
          Case{{int_min, 0}, {int_min, 18}, -1}, Case{{int_min, 0}, {int_max, 0}, -1},
          Case{{9, 0}, {91, 1}, -1}}) {
        CHECK(compare(c.a, c.b) == c.order);
        CHECK(compare(c.b, c.a) == -c.order);
    }
}

TEST_CASE("decimals come back as they were written, and match exactly") {
    std::mt19937_64 random(21);
    for (const Decimals& values :
         {Decimals{{0, 0}}, Decimals{{150, 2}, {15, 1}}, Decimals{{0, 3}, {0, 0}},
          Decimals{{int_min, 18}, {int_max, 18}}, Decimals{{int_max, 0}, {1, 18}},
          Decimals{{-1500, 3}, {-15, 1}, {7, 0}}, Decimals{{1200, 0}, {5, 1}},
          Decimals{{int_min, 0}, {int_min, 1}, {0, 18}}})
        check_column(values, random);
}

TEST_CASE("random decimals of every mix of scales come back and match exactly") {
    std::mt19937_64 random(22);
    for (int round = 0; round < 200; ++round) {
        const unsigned shift = static_cast<unsigned>(random() % 64);
        const unsigned scales = 1 + static_cast<unsigned>(random() % 19);
        Decimals values;
        for (int i = 0; i < 200; ++i)
            values.push_back(
                {as_int(random()) >> shift, static_cast<std::uint8_t>(random() % scales)});
        check_column(values, random);
    }
}

TEST_CASE("times take the room of their digits, however they were written") {
    std::mt19937_64 random(23);
    for (const int form : {0, 1, 2}) {
        Decimals values;
        for (std::int64_t i = 0; i < 4096; ++i) {
            Decimal value{1'461'096'053'000'000 + i * 1000 + as_int(random() % 1000), 6};
            while (form > 0 && value.scale > 0 && value.mantissa % 10 == 0 &&
                   (form == 1 || i % 7 != 0)) {
                value.mantissa /= 10;
                --value.scale;
            }
            values.push_back(value);
        }
        check_column(values, random);
        std::string bytes;
        encode_decimals(values, bytes);
        CHECK(encoding_of(bytes) == Encoding::decimals);
        CHECK(bytes.size() < 4096 * (form == 2 ? 2.0 : 1.6));
    }
}

TEST_CASE("damaged decimals say what is wrong") {
    std::string good;
    encode_decimals(Decimals{{150, 2}, {15, 1}, {7, 0}}, good);
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
         {Case{with(16, 19), "decimals of scale 19, form 2"},
          Case{with(17, 3), "decimals of scale 2, form 3"},
          Case{with(17, 0), "decimals do not fill their chunk"},
          Case{with(16, 1), "decimal with more digits than its scale has"},
          Case{with(19, 99),
               "mantissas: chunk encoding 99 is not known to this program for this type"}}) {
        const auto chunk = DecimalChunk::open(c.bytes, 3);
        REQUIRE_FALSE(chunk);
        CHECK(chunk.error().message() == c.message);
    }
}

}  // namespace
}  // namespace tomograph::column
