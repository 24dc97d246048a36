#include "base/bytes.h"
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

// Fewer rows are not worth the headers of their slots.
constexpr std::size_t pattern_rows_min = 16;
/// One slot of one pattern, over the rows of the pattern.
void append_slot(const PatternPiece& piece, Values cuts, EncodeOptions options, std::string& body) {
    std::string nested;
    if (piece.kind == SlotKind::hex) {
        const std::size_t width = packed_bytes(piece.width);
        std::vector<std::uint8_t> packed(cuts.size() * width);
        for (std::size_t row = 0; row < cuts.size(); ++row)
            pack_hex(cuts[row], packed.data() + row * width);
        append_planes(packed.data(), {cuts.size(), width, width}, options, body);
    } else if (piece.kind == SlotKind::rest) {
        encode_raw_texts(cuts, nested, options);
        ByteWriter(body).text(nested);
    } else {
        std::vector<std::int64_t> numbers(cuts.size());
        for (std::size_t row = 0; row < cuts.size(); ++row) numbers[row] = number_of_cut(cuts[row]);
        encode_ints(numbers, nested, options);
        ByteWriter(body).text(nested);
    }
}

void append_pattern(const TemplatePlan& plan, std::size_t code, Values values,
                    EncodeOptions options, std::string& body) {
    const auto pattern = parse_pattern(plan.patterns[code]);
    ASSERT(pattern);
    std::vector<std::string_view> cuts;
    cuts.reserve(plan.rows[code].size());
    const std::size_t slots = pattern->size() - 1;  // the last piece is the end
    for (std::size_t slot = 0; slot < slots; ++slot) {
        const PatternPiece& piece = (*pattern)[slot];
        cuts.clear();
        for (const std::uint32_t row : plan.rows[code])
            cuts.push_back(piece.kind == SlotKind::rest ? values[row]
                                                        : plan.cuts[plan.first_cut[row] + slot]);
        append_slot(piece, cuts, options, body);
    }
}

}  // namespace

bool encode_template_texts(Values values, std::string& out, EncodeOptions options) {
    const TemplatePlan plan = plan_templates(
        values, {.pattern_rows_min = pattern_rows_min, .patterns_max = template_patterns_max});
    if (plan.rows_kept_whole > values.size() / 2) return false;

    Chunk chunk{.encoding = Encoding::text_templates, .rows = values.size(), .body = {}};
    ByteWriter writer(chunk.body);
    writer.varint(plan.patterns.size());
    for (const std::string& pattern : plan.patterns) writer.text(pattern);
    if (plan.patterns.size() > 1) {
        std::string nested;
        encode_ints(plan.code_of_row, nested, options);
        writer.text(nested);
    }
    for (std::size_t code = 0; code < plan.patterns.size(); ++code)
        append_pattern(plan, code, values, options, chunk.body);
    if (chunk.body.size() > chunk_body_bytes_max) return false;
    write_chunk_as_is(chunk, out);
    return true;
}

}  // namespace tomograph::column
