#include <algorithm>
#include <array>

#include "base/bytes.h"
#include "base/hash.h"
#include "column/hex.h"
#include "column/int_chunk.h"
#include "column/limits.h"
#include "column/planes.h"
#include "column/text_pattern.h"
#include "column/text_raw.h"
#include "column/text_template.h"

namespace tomograph::column {
namespace {

using Values = std::span<const std::string_view>;

// Fewer rows are not worth the headers of their slots.
constexpr std::size_t pattern_rows_min = 16;
// More different patterns than this are words, not templates.
constexpr std::size_t patterns_seen_max = 256;

/// The patterns of the values, in order of first use.
class PatternSet {
 public:
    /// returns  the pattern's number, or rest when there are too many of them
    std::uint16_t find(std::string_view pattern) {
        if (patterns_.size() > last_ && patterns_[last_].bytes == pattern) return count(last_);
        std::size_t slot = hash64(pattern) % slots_.size();
        for (; slots_[slot] != 0; slot = (slot + 1) % slots_.size())
            if (patterns_[slots_[slot] - std::size_t{1}].bytes == pattern)
                return count(slots_[slot] - std::size_t{1});
        if (patterns_.size() == patterns_seen_max) return rest;
        patterns_.push_back({std::string(pattern), 0});
        slots_[slot] = static_cast<std::uint16_t>(patterns_.size());
        return count(patterns_.size() - 1);
    }

    struct Entry {
        std::string bytes;
        std::size_t rows;
    };
    const std::vector<Entry>& entries() const { return patterns_; }

    static constexpr std::uint16_t rest = patterns_seen_max;

 private:
    std::uint16_t count(std::size_t pattern) {
        last_ = pattern;
        ++patterns_[pattern].rows;
        return static_cast<std::uint16_t>(pattern);
    }

    std::array<std::uint16_t, 4 * patterns_seen_max> slots_{};  // pattern + 1; 0 is free
    std::vector<Entry> patterns_;
    std::size_t last_ = 0;
};

/// What is written: the patterns kept, where each row went, and what stands in its slots.
struct Plan {
    std::vector<std::string> patterns;
    std::vector<std::vector<std::uint32_t>> rows;  // of each pattern
    std::vector<std::int64_t> code_of_row;
    std::vector<std::string_view> cuts;    // of all rows
    std::vector<std::uint32_t> first_cut;  // of each row
    std::size_t rows_kept_whole = 0;
};

using CodeOfPattern = std::array<std::int64_t, patterns_seen_max + 1>;

/// The patterns with the most rows stay; the others get code -1.
CodeOfPattern keep_patterns(const PatternSet& set, std::vector<std::string>& kept) {
    const auto& entries = set.entries();
    std::vector<std::size_t> order(entries.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return entries[a].rows != entries[b].rows ? entries[a].rows > entries[b].rows : a < b;
    });
    CodeOfPattern code_of;
    code_of.fill(-1);
    for (const std::size_t i : order) {
        if (entries[i].rows < pattern_rows_min || kept.size() + 1 == template_patterns_max) break;
        code_of[i] = static_cast<std::int64_t>(kept.size());
        kept.push_back(entries[i].bytes);
    }
    return code_of;
}

Plan make_plan(Values values) {
    Plan plan;
    PatternSet set;
    std::vector<std::uint16_t> found(values.size());
    plan.first_cut.reserve(values.size());
    plan.cuts.reserve(2 * values.size());
    FoundPattern pattern;
    for (std::size_t row = 0; row < values.size(); ++row) {
        plan.first_cut.push_back(static_cast<std::uint32_t>(plan.cuts.size()));
        found[row] = PatternSet::rest;
        if (!find_pattern(values[row], pattern)) continue;
        found[row] = set.find(pattern.pattern());
        plan.cuts.insert(plan.cuts.end(), pattern.cuts().begin(), pattern.cuts().end());
    }

    // Rows of patterns that do not stay share one that keeps them whole.
    const CodeOfPattern code_of = keep_patterns(set, plan.patterns);
    const auto rest_code = static_cast<std::int64_t>(plan.patterns.size());
    plan.rows.resize(plan.patterns.size() + 1);
    for (std::size_t row = 0; row < values.size(); ++row) {
        const std::int64_t code = code_of[found[row]] < 0 ? rest_code : code_of[found[row]];
        plan.code_of_row.push_back(code);
        plan.rows[static_cast<std::size_t>(code)].push_back(static_cast<std::uint32_t>(row));
    }
    plan.rows_kept_whole = plan.rows.back().size();
    if (plan.rows_kept_whole > 0) plan.patterns.push_back(rest_pattern());
    return plan;
}

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
        for (std::size_t row = 0; row < cuts.size(); ++row)
            for (const char digit : cuts[row]) numbers[row] = numbers[row] * 10 + (digit - '0');
        encode_ints(numbers, nested, options);
        ByteWriter(body).text(nested);
    }
}

void append_pattern(const Plan& plan, std::size_t code, Values values, EncodeOptions options,
                    std::string& body) {
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
    const Plan plan = make_plan(values);
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
