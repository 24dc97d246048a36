#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <random>
#include <string>
#include <vector>

#include "column/code_chunk.h"
#include "column/decimal_chunk.h"
#include "column/int_chunk.h"
#include "column/text_chunk.h"

// Columns as spans have them, a block of 4,096 rows each. Every line says the time per block; `row`
// is the time per value, `bytes` what a value takes.
using namespace tomograph::column;

namespace {

constexpr std::size_t rows = 4096;

using Random = std::mt19937_64;

void report(benchmark::State& state, std::size_t bytes) {
    state.counters["row"] =
        benchmark::Counter(static_cast<double>(rows) * static_cast<double>(state.iterations()),
                           benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
    state.counters["bytes"] = static_cast<double>(bytes) / static_cast<double>(rows);
}

using Ints = std::vector<std::int64_t>;
using IntValue = std::uint64_t (*)(std::size_t row, Random& random);

Ints ints_of(IntValue value) {
    Random random(1);
    Ints values;
    for (std::size_t row = 0; row < rows; ++row)
        values.push_back(static_cast<std::int64_t>(value(row, random)));
    return values;
}

void encode_int_column(benchmark::State& state, IntValue value) {
    const Ints values = ints_of(value);
    std::string out;
    for (auto _ : state) {
        out.clear();
        encode_ints(values, out);
    }
    report(state, out.size());
}

void open_int_column(benchmark::State& state, IntValue value) {
    const Ints values = ints_of(value);
    std::string out;
    encode_ints(values, out);
    Ints decoded(rows);
    for (auto _ : state) {
        IntChunk::open(out, rows)->values(decoded);
        benchmark::DoNotOptimize(decoded.data());
    }
    report(state, out.size());
}

void match_int_column(benchmark::State& state, IntValue value) {
    const Ints values = ints_of(value);
    std::string out;
    encode_ints(values, out);
    const auto chunk = IntChunk::open(out, rows);
    Bitmap bits(rows);
    for (auto _ : state) {
        chunk->match(values[7], values[7] + 1000, bits);
        benchmark::DoNotOptimize(bits.words().data());
    }
    report(state, out.size());
}

std::uint64_t random_ids(std::size_t, Random& random) { return random(); }
std::uint64_t starts(std::size_t row, Random& random) {
    return 1'478'232'000'000'000 + row * 1000 + random() % 100'000;
}
std::uint64_t durations(std::size_t, Random& random) { return random() >> (44 + random() % 16); }
std::uint64_t statuses(std::size_t, Random& random) { return random() % 16 == 0 ? 404 : 200; }
std::uint64_t counts(std::size_t, Random& random) { return random() % 10; }

using TextValue = std::string (*)(std::size_t row, Random& random);

struct TextColumn {
    std::vector<std::string> texts;
    std::vector<std::string_view> values;
};

TextColumn texts_of(TextValue value) {
    Random random(1);
    TextColumn column;
    for (std::size_t row = 0; row < rows; ++row) column.texts.push_back(value(row, random));
    column.values.assign(column.texts.begin(), column.texts.end());
    return column;
}

void encode_text_column(benchmark::State& state, TextValue value) {
    const TextColumn column = texts_of(value);
    std::string out;
    for (auto _ : state) {
        out.clear();
        encode_texts(column.values, out);
    }
    report(state, out.size());
}

void open_text_column(benchmark::State& state, TextValue value) {
    const TextColumn column = texts_of(value);
    std::string out;
    encode_texts(column.values, out);
    for (auto _ : state) benchmark::DoNotOptimize(TextChunk::open(out, rows));
    report(state, out.size());
}

void read_text_column(benchmark::State& state, TextValue value) {
    const TextColumn column = texts_of(value);
    std::string out;
    encode_texts(column.values, out);
    const auto chunk = TextChunk::open(out, rows);
    std::string scratch;
    for (auto _ : state)
        for (std::size_t row = 0; row < rows; ++row)
            benchmark::DoNotOptimize(chunk->value(row, scratch).data());
    report(state, out.size());
}

void match_text_column(benchmark::State& state, TextValue value) {
    const TextColumn column = texts_of(value);
    std::string out;
    encode_texts(column.values, out);
    const auto chunk = TextChunk::open(out, rows);
    Bitmap bits(rows);
    for (auto _ : state) {
        chunk->match_equal(column.values[7], bits);
        benchmark::DoNotOptimize(bits.words().data());
    }
    report(state, out.size());
}

std::string services(std::size_t, Random& random) { return fmt::format("svc-{}", random() % 14); }
std::string tenants(std::size_t, Random& random) {
    return fmt::format("tenant-{:04}", random() % 1000);
}
std::string users(std::size_t row, Random&) {
    return fmt::format("user-{}", Random(row / 10)() % 100'000);
}
std::string orders(std::size_t, Random& random) {
    return fmt::format("order-{}", random() % 100'000'000);
}
std::string urls(std::size_t, Random& random) {
    constexpr const char* words[] = {"orders", "users", "carts", "items"};
    return fmt::format("https://shop.example.com/api/{}/{}", words[random() % 4],
                       random() % 1'000'000);
}
std::string request_ids(std::size_t, Random& random) {
    const std::uint64_t high = random();
    const std::uint64_t low = random();
    return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, high >> 16 & 0xffff,
                       high & 0xffff, low >> 48, low & 0xffffffffffff);
}
std::string words(std::size_t, Random& random) {
    std::string text;
    for (int i = 0; i < 12; ++i) text += "abcdefghijklmnopqrstuvwxyz"[random() % 26];
    return text;
}

void encode_decimal_column(benchmark::State& state) {
    Random random(1);
    std::vector<Decimal> values;
    for (std::size_t row = 0; row < rows; ++row)
        values.push_back({static_cast<std::int64_t>(starts(row, random)), 6});
    std::string out;
    for (auto _ : state) {
        out.clear();
        encode_decimals(values, out);
    }
    report(state, out.size());
}
BENCHMARK(encode_decimal_column);

void match_codes(benchmark::State& state) {
    Random random(1);
    std::vector<std::uint8_t> codes;
    for (std::size_t row = 0; row < rows; ++row) codes.push_back(random() % 4);
    std::string out;
    encode_codes(codes, out);
    const auto chunk = CodeChunk::open(out, rows);
    Bitmap bits(rows);
    for (auto _ : state) {
        chunk->match(0b1001, bits);
        benchmark::DoNotOptimize(bits.words().data());
    }
    report(state, out.size());
}
BENCHMARK(match_codes);

[[maybe_unused]] const bool is_registered = [] {
    struct IntColumn {
        const char* name;
        IntValue value;
    };
    for (const IntColumn& column : {IntColumn{"random ids", random_ids},
                                    IntColumn{"starts", starts}, IntColumn{"durations", durations},
                                    IntColumn{"statuses", statuses}, IntColumn{"counts", counts}}) {
        const auto add = [&](const char* verb, auto bench) {
            benchmark::RegisterBenchmark(fmt::format("{} {}", verb, column.name).c_str(), bench,
                                         column.value);
        };
        add("encode", encode_int_column);
        add("open", open_int_column);
        add("match", match_int_column);
    }
    struct TextKind {
        const char* name;
        TextValue value;
    };
    for (const TextKind& column :
         {TextKind{"services", services}, TextKind{"tenants", tenants}, TextKind{"users", users},
          TextKind{"orders", orders}, TextKind{"urls", urls}, TextKind{"request ids", request_ids},
          TextKind{"words", words}}) {
        const auto add = [&](const char* verb, auto bench) {
            benchmark::RegisterBenchmark(fmt::format("{} {}", verb, column.name).c_str(), bench,
                                         column.value);
        };
        add("encode", encode_text_column);
        add("open", open_text_column);
        add("read", read_text_column);
        add("match", match_text_column);
    }
    return true;
}();

}  // namespace
