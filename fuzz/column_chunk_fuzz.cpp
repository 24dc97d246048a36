#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "base/bytes.h"
#include "column/chunk.h"
#include "column/code_chunk.h"
#include "column/decimal_chunk.h"
#include "column/int_chunk.h"
#include "column/text_chunk.h"
#include "column/value_filter.h"

// u8 form, varint rows, and the rest is a chunk, or (form 'i', 'd', 't', 'c': lower case) u8
// encoding and the body of one, which gets a right header so that the fuzzer reaches what is in it.
// 'F' is a filter.
//
// Whatever opens must give every value, agree with itself however it is asked, and survive being
// encoded again.
namespace tomograph::column {
namespace {

constexpr std::size_t rows_max = 600;
/// Put together, a few hundred bytes can make texts of megabytes; more of them prove nothing.
constexpr std::size_t text_bytes_max = 1 << 20;

void check_ints(std::string_view bytes, std::size_t rows) {
    const auto chunk = IntChunk::open(bytes, rows);
    if (!chunk) return;
    std::vector<std::int64_t> values(rows);
    chunk->values(values);
    const std::int64_t pivot = rows == 0 ? 0 : values[rows / 2];
    Bitmap matched(rows);
    chunk->match(std::min<std::int64_t>(0, pivot), std::max<std::int64_t>(0, pivot), matched);
    for (std::size_t row = 0; row < rows; ++row) {
        const std::int64_t value = values[row];
        ASSERT(chunk->value(row) == value);
        const bool is_between =
            pivot < 0 ? value >= pivot && value <= 0 : value >= 0 && value <= pivot;
        ASSERT(matched.test(row) == is_between);
    }
    std::string again;
    encode_ints(values, again);
    const auto decoded = decode_ints(again, rows);
    ASSERT(decoded && *decoded == values);
}

void check_decimals(std::string_view bytes, std::size_t rows) {
    const auto chunk = DecimalChunk::open(bytes, rows);
    if (!chunk) return;
    std::vector<Decimal> values(rows);
    chunk->values(values);
    const DecimalRange range{.low = DecimalBound{rows == 0 ? Decimal{} : values[rows / 2]},
                             .high = std::nullopt};
    Bitmap matched(rows);
    chunk->match(range, matched);
    for (std::size_t row = 0; row < rows; ++row) {
        ASSERT(chunk->value(row) == values[row]);
        ASSERT(matched.test(row) == range.contains(values[row]));
    }
    std::string again;
    encode_decimals(values, again);
    const auto reopened = DecimalChunk::open(again, rows);
    ASSERT(reopened);
    for (std::size_t row = 0; row < rows; ++row) ASSERT(reopened->value(row) == values[row]);
}

void check_questions(const TextChunk& chunk, const std::vector<std::string>& values) {
    if (values.empty()) return;
    const std::string& wanted = values[values.size() / 2];
    Bitmap equal(values.size());
    chunk.match_equal(wanted, equal);
    Bitmap tested(values.size());
    chunk.match([&](std::string_view text) { return text == wanted; }, tested);
    ASSERT(equal == tested);
    for (std::size_t row = 0; row < values.size(); ++row)
        ASSERT(equal.test(row) == (values[row] == wanted));
    std::size_t counted = 0;
    chunk.each_value([&](std::string_view, std::size_t count) { counted += count; });
    ASSERT(counted == values.size());
}

void check_texts(std::string_view bytes, std::size_t rows) {
    const auto chunk = TextChunk::open(bytes, rows);
    if (!chunk) return;
    std::vector<std::string> values;
    std::string scratch;
    std::size_t size = 0;
    for (std::size_t row = 0; row < rows; ++row) {
        values.emplace_back(chunk->value(row, scratch));
        size += values.back().size();
        if (size > text_bytes_max) return;
    }
    check_questions(*chunk, values);
    const auto texts = decode_texts(bytes, rows);
    ASSERT(texts);
    for (std::size_t row = 0; row < rows; ++row) ASSERT((*texts)[row] == values[row]);

    std::string again;
    encode_texts(std::vector<std::string_view>(values.begin(), values.end()), again);
    const auto reopened = TextChunk::open(again, rows);
    ASSERT(reopened);
    for (std::size_t row = 0; row < rows; ++row)
        ASSERT(reopened->value(row, scratch) == values[row]);
}

void check_codes(std::string_view bytes, std::size_t rows) {
    const auto chunk = CodeChunk::open(bytes, rows);
    if (!chunk) return;
    std::vector<std::uint8_t> values(rows);
    chunk->values(values);
    Bitmap matched(rows);
    chunk->match(0b0110, matched);
    for (std::size_t row = 0; row < rows; ++row)
        ASSERT(matched.test(row) == (values[row] == 1 || values[row] == 2));
    std::string again;
    encode_codes(values, again);
    ASSERT(CodeChunk::open(again, rows));
}

void check(char form, std::string_view bytes, std::size_t rows) {
    switch (form) {
        case 'i':
            return check_ints(bytes, rows);
        case 'd':
            return check_decimals(bytes, rows);
        case 't':
            return check_texts(bytes, rows);
        case 'c':
            return check_codes(bytes, rows);
        default:
            return;
    }
}

}  // namespace
}  // namespace tomograph::column

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tomograph;
    ByteReader reader(std::string_view(reinterpret_cast<const char*>(data), size));
    const auto form = reader.fixed<char>();
    const auto rows = static_cast<std::size_t>(reader.varint() % column::rows_max);
    if (form == 'F') {
        const std::string_view filter = reader.raw(reader.remaining());
        for (const std::uint64_t hash :
             {std::uint64_t{0}, ~std::uint64_t{0}, std::uint64_t{rows} << 40})
            column::may_contain(filter, hash);
        return 0;
    }
    const bool is_body = form >= 'a';
    std::string bytes;
    if (is_body) {
        column::Chunk chunk;
        chunk.encoding = static_cast<column::Encoding>(reader.fixed<std::uint8_t>());
        chunk.rows = rows;
        chunk.body = reader.raw(reader.remaining());
        column::write_chunk_as_is(chunk, bytes);
    } else {
        bytes = reader.raw(reader.remaining());
    }
    column::check(static_cast<char>(form | 0x20), bytes, rows);
    return 0;
}
