#include <algorithm>
#include <map>

#include "base/bytes.h"
#include "column/chunk.h"
#include "column/hex.h"
#include "column/int_chunk.h"
#include "column/limits.h"
#include "column/planes.h"
#include "column/text_pattern.h"
#include "column/text_raw.h"
#include "column/text_template.h"
#include "column/text_template_plan.h"

namespace tomograph::column {
namespace {

using Values = std::span<const std::string_view>;

// A single row costs less where texts are kept whole.
constexpr std::size_t pattern_rows_min = 2;

/// By their bytes: patterns that begin alike stand together, which zstd likes.
std::vector<std::size_t> order_patterns(const TemplatePlan& plan) {
    std::vector<std::size_t> order(plan.patterns.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return plan.patterns[a] < plan.patterns[b]; });
    return order;
}

/// What stands in the slots of one ordinal, over all rows that have such a slot.
struct Pools {
    std::vector<std::int64_t> numbers;
    std::map<std::size_t, std::vector<std::uint8_t>> packed;  // by the width of hexadecimal slots

    void add(const PatternPiece& piece, std::string_view cut) {
        if (piece.kind == SlotKind::hex) {
            std::vector<std::uint8_t>& digits = packed[piece.width];
            digits.resize(digits.size() + packed_bytes(cut.size()));
            pack_hex(cut, digits.data() + digits.size() - packed_bytes(cut.size()));
        } else {
            numbers.push_back(number_of_cut(cut));
        }
    }
};

void append_pools(const Pools& pools, EncodeOptions options, std::string& body) {
    if (!pools.numbers.empty()) {
        std::string nested;
        encode_ints(pools.numbers, nested, options);
        ByteWriter(body).text(nested);
    }
    for (const auto& [digits, packed] : pools.packed) {
        const std::size_t width = packed_bytes(digits);
        append_planes(packed.data(), {packed.size() / width, width, width}, options, body);
    }
}

void append_rest(const TemplatePlan& plan, Values values, EncodeOptions options,
                 std::string& body) {
    if (plan.rows_kept_whole == 0) return;
    std::vector<std::string_view> kept;
    for (const std::uint32_t row : plan.rows.back()) kept.push_back(values[row]);
    std::string nested;
    encode_raw_texts(kept, nested, options);
    ByteWriter(body).text(nested);
}

}  // namespace

bool encode_pooled_templates(Values values, std::string& out, EncodeOptions options) {
    const TemplatePlan plan = plan_templates(
        values, {.pattern_rows_min = pattern_rows_min, .patterns_max = pooled_patterns_max});
    if (plan.rows_kept_whole > values.size() / 2) return false;

    std::vector<std::string_view> patterns;
    std::vector<std::int64_t> place_of(plan.patterns.size());
    std::vector<Pattern> pieces(plan.patterns.size());
    for (const std::size_t code : order_patterns(plan)) {
        place_of[code] = static_cast<std::int64_t>(patterns.size());
        patterns.push_back(plan.patterns[code]);
        auto parsed = parse_pattern(plan.patterns[code]);
        ASSERT(parsed);
        pieces[code] = std::move(*parsed);
    }
    std::array<Pools, pattern_slots_max> pools;
    std::vector<std::int64_t> codes(values.size());
    for (std::size_t row = 0; row < values.size(); ++row) {
        const auto code = static_cast<std::size_t>(plan.code_of_row[row]);
        codes[row] = place_of[code];
        const Pattern& pattern = pieces[code];
        if (pattern.front().kind == SlotKind::rest) continue;
        for (std::size_t slot = 0; slot + 1 < pattern.size(); ++slot)
            pools[slot].add(pattern[slot], plan.cuts[plan.first_cut[row] + slot]);
    }

    Chunk chunk{.encoding = Encoding::text_pooled_templates, .rows = values.size(), .body = {}};
    ByteWriter writer(chunk.body);
    writer.varint(patterns.size());
    std::string nested;
    encode_raw_texts(patterns, nested, options);
    writer.text(nested);
    if (patterns.size() > 1) {
        nested.clear();
        encode_ints(codes, nested, options);
        writer.text(nested);
    }
    append_rest(plan, values, options, chunk.body);
    for (const Pools& slot : pools) append_pools(slot, options, chunk.body);
    if (chunk.body.size() > chunk_body_bytes_max) return false;
    write_chunk_as_is(chunk, out);
    return true;
}

}  // namespace tomograph::column
