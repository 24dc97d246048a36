#include "column/text_template.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <map>

#include "base/bytes.h"
#include "column/hex.h"
#include "column/int_chunk.h"
#include "column/kernels.h"
#include "column/limits.h"
#include "column/planes.h"
#include "column/text_pattern.h"
#include "column/text_raw.h"

namespace tomograph::column {
namespace {

constexpr std::size_t digits_max = 255;

/// What stands in one slot, over the rows of its pattern.
struct SlotColumn {
    std::vector<std::uint64_t> numbers;
    std::vector<std::uint8_t> packed;
    std::unique_ptr<const TextForm> rest;
};

struct OpenPattern {
    Pattern pieces;
    std::vector<SlotColumn> slots;
    std::size_t rows = 0;
};

/// What stands in the hexadecimal slots of one width, of several patterns.
struct HexPool {
    std::size_t rows = 0;
    std::vector<std::uint8_t> packed;
    std::size_t given = 0;

    Result<void> read(ByteReader& reader, std::size_t digits) {
        const std::size_t width = packed_bytes(digits);
        packed.resize(rows * width);
        TRY(read_planes(reader, {rows, width, width}, packed.data()));
        if (!are_tails_zero(packed.data(), rows, digits))
            return Error(ErrorCode::corrupt, "texts: more digits than a slot has");
        return {};
    }
    void hand_out(std::size_t width, std::vector<std::uint8_t>& out) {
        const auto place = packed.begin() + static_cast<std::ptrdiff_t>(given);
        out.insert(out.end(), place, place + static_cast<std::ptrdiff_t>(width));
        given += width;
    }
};

bool is_number(SlotKind kind) { return kind == SlotKind::number || kind == SlotKind::padded; }

std::uint64_t parse_number(std::string_view digits) {
    std::uint64_t number = 0;
    for (const char digit : digits) number = number * 10 + static_cast<std::uint64_t>(digit - '0');
    return number;
}

void append_number(std::uint64_t number, std::size_t width, std::string& text) {
    std::array<char, 20> digits;
    const char* end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    const auto size = static_cast<std::size_t>(end - digits.data());
    if (size < width) text.append(width - size, '0');
    text.append(digits.data(), size);
}

// What a slot of this kind can hold, so that a text has one form only.
bool fits(const PatternPiece& piece, std::int64_t number) {
    constexpr std::int64_t limit = 1'000'000'000'000'000'000;
    if (number < 0 || number >= limit) return false;
    std::int64_t power = 1;
    for (std::size_t i = 0; i < piece.width; ++i) power *= 10;
    return piece.kind == SlotKind::number || number < power;
}

class TemplateTexts : public TextForm {
 public:
    static TextFormResult open(const Chunk& chunk) {
        auto form = std::make_unique<TemplateTexts>();
        ByteReader reader(chunk.body);
        TRY(form->read_patterns(reader));
        TRY(form->read_codes(reader, chunk.rows));
        TRY(form->check_hex_bytes());
        for (OpenPattern& pattern : form->patterns_)
            for (std::size_t slot = 0; slot < pattern.slots.size(); ++slot)
                TRY(read_slot(reader, pattern, slot));
        if (reader.failed() || reader.remaining() != 0)
            return Error(ErrorCode::corrupt, "texts: templates do not fill the chunk");
        return TextFormResult(std::move(form));
    }

    static TextFormResult open_pooled(const Chunk& chunk) {
        auto form = std::make_unique<TemplateTexts>();
        ByteReader reader(chunk.body);
        TRY(form->read_nested_patterns(reader));
        TRY(form->read_codes(reader, chunk.rows));
        TRY(form->check_hex_bytes());
        for (OpenPattern& pattern : form->patterns_)
            if (pattern.pieces.front().kind == SlotKind::rest && pattern.rows > 0)
                TRY(read_slot(reader, pattern, 0));
        for (std::size_t slot = 0; slot < pattern_slots_max; ++slot)
            TRY(form->read_pools(reader, slot));
        if (reader.failed() || reader.remaining() != 0)
            return Error(ErrorCode::corrupt, "texts: templates do not fill the chunk");
        return TextFormResult(std::move(form));
    }

    std::string_view value(std::size_t row, std::string& scratch) const override {
        const OpenPattern& pattern = patterns_[codes_.empty() ? 0 : codes_[row]];
        const std::size_t place = ranks_.empty() ? row : ranks_[row];
        scratch.clear();
        for (std::size_t i = 0; i < pattern.pieces.size(); ++i) {
            const PatternPiece& piece = pattern.pieces[i];
            scratch += piece.literal;
            if (is_number(piece.kind)) {
                append_number(pattern.slots[i].numbers[place], piece.width, scratch);
            } else if (piece.kind == SlotKind::hex) {
                append_hex(pattern.slots[i].packed, place, piece.width, scratch);
            } else if (piece.kind == SlotKind::rest) {
                return pattern.slots[i].rest->value(place, scratch);
            }
        }
        return scratch;
    }

    void match_equal(std::string_view text, Bitmap& out) const override {
        for (std::size_t code = 0; code < patterns_.size(); ++code) {
            const OpenPattern& pattern = patterns_[code];
            std::array<std::string_view, pattern_slots_max> cuts;
            if (pattern.rows == 0 || !cut_slots(pattern.pieces, text, cuts.data())) continue;
            const Bitmap rows = rows_with(pattern, cuts.data());
            if (!rows.any()) continue;
            for (std::size_t row = 0; row < out.rows(); ++row)
                if ((codes_.empty() || codes_[row] == code) &&
                    rows.test(ranks_.empty() ? row : ranks_[row]))
                    out.set(row);
        }
    }

 private:
    Result<void> read_patterns(ByteReader& reader) {
        const std::uint64_t count = reader.varint();
        if (count == 0 || count > template_patterns_max)
            return Error(ErrorCode::corrupt, fmt::format("texts: {} patterns", count));
        for (std::uint64_t i = 0; i < count; ++i) TRY(add_pattern(reader.text()));
        return {};
    }

    Result<void> read_nested_patterns(ByteReader& reader) {
        const std::uint64_t count = reader.varint();
        if (count == 0 || count > pooled_patterns_max)
            return Error(ErrorCode::corrupt, fmt::format("texts: {} patterns", count));
        Chunk chunk = TRY_WITHIN("patterns", read_chunk(reader.text(), count));
        if (chunk.encoding != Encoding::text_raw) return unknown_encoding(chunk.encoding);
        const auto texts = TRY_WITHIN("patterns", open_raw_texts(std::move(chunk)));
        std::string scratch;
        for (std::uint64_t i = 0; i < count; ++i) TRY(add_pattern(texts->value(i, scratch)));
        return {};
    }

    Result<void> add_pattern(std::string_view bytes) {
        OpenPattern pattern;
        pattern.pieces = TRY(parse_pattern(bytes));
        pattern.slots.resize(pattern.pieces.size() - 1);  // the last piece is the end
        patterns_.push_back(std::move(pattern));
        return {};
    }

    Result<void> read_codes(ByteReader& reader, std::size_t rows) {
        if (patterns_.size() == 1) {
            patterns_[0].rows = rows;
            return {};
        }
        const auto codes = TRY_WITHIN("patterns of rows", decode_ints(reader.text(), rows));
        codes_.resize(rows);
        ranks_.resize(rows);
        for (std::size_t row = 0; row < rows; ++row) {
            const auto code = static_cast<std::uint64_t>(codes[row]);
            if (code >= patterns_.size())
                return Error(ErrorCode::corrupt, "texts: row of an unknown pattern");
            codes_[row] = static_cast<std::uint8_t>(code);
            ranks_[row] = static_cast<std::uint16_t>(patterns_[code].rows++);
        }
        return {};
    }

    // Constant planes are two bytes for any number of rows: they must not claim more than a text
    // column can hold.
    Result<void> check_hex_bytes() const {
        std::size_t bytes = 0;
        for (const OpenPattern& pattern : patterns_)
            for (const PatternPiece& piece : pattern.pieces)
                if (piece.kind == SlotKind::hex) bytes += packed_bytes(piece.width) * pattern.rows;
        if (bytes > chunk_body_bytes_max)
            return Error(ErrorCode::corrupt, fmt::format("texts: {} bytes of digits", bytes));
        return {};
    }

    static Result<void> read_slot(ByteReader& reader, OpenPattern& pattern, std::size_t slot) {
        const PatternPiece& piece = pattern.pieces[slot];
        SlotColumn& column = pattern.slots[slot];
        if (piece.kind == SlotKind::hex) {
            const std::size_t width = packed_bytes(piece.width);
            column.packed.resize(pattern.rows * width);
            TRY(read_planes(reader, {pattern.rows, width, width}, column.packed.data()));
            if (!are_tails_zero(column.packed.data(), pattern.rows, piece.width))
                return Error(ErrorCode::corrupt, "texts: more digits than a slot has");
        } else if (piece.kind == SlotKind::rest) {
            Chunk chunk = TRY(read_chunk(reader.text(), pattern.rows));
            if (chunk.encoding != Encoding::text_raw) return unknown_encoding(chunk.encoding);
            column.rest = TRY(open_raw_texts(std::move(chunk)));
        } else {
            const auto numbers = TRY_WITHIN("numbers", decode_ints(reader.text(), pattern.rows));
            for (const std::int64_t number : numbers) {
                if (!fits(piece, number))
                    return Error(ErrorCode::corrupt, "texts: number too long for its slot");
                column.numbers.push_back(static_cast<std::uint64_t>(number));
            }
        }
        return {};
    }

    /// What stands in the slots of one ordinal, handed out to the patterns row by row.
    Result<void> read_pools(ByteReader& reader, std::size_t slot) {
        std::size_t number_rows = 0;
        std::map<std::size_t, HexPool> hex;  // by digits
        for (const OpenPattern& pattern : patterns_) {
            if (pattern.slots.size() <= slot || pattern.rows == 0) continue;
            const PatternPiece& piece = pattern.pieces[slot];
            if (is_number(piece.kind)) number_rows += pattern.rows;
            if (piece.kind == SlotKind::hex) hex[piece.width].rows += pattern.rows;
        }
        std::vector<std::int64_t> numbers;
        if (number_rows > 0)
            numbers = TRY_WITHIN("numbers", decode_ints(reader.text(), number_rows));
        for (auto& [digits, pool] : hex) TRY(pool.read(reader, digits));

        auto number = numbers.begin();
        const std::size_t rows = codes_.empty() ? patterns_[0].rows : codes_.size();
        for (std::size_t row = 0; row < rows; ++row) {
            OpenPattern& pattern = patterns_[codes_.empty() ? 0 : codes_[row]];
            if (pattern.slots.size() <= slot) continue;
            const PatternPiece& piece = pattern.pieces[slot];
            SlotColumn& column = pattern.slots[slot];
            if (is_number(piece.kind)) {
                if (!fits(piece, *number))
                    return Error(ErrorCode::corrupt, "texts: number too long for its slot");
                column.numbers.push_back(static_cast<std::uint64_t>(*number++));
            } else if (piece.kind == SlotKind::hex) {
                hex[piece.width].hand_out(packed_bytes(piece.width), column.packed);
            }
        }
        return {};
    }

    static void append_hex(const std::vector<std::uint8_t>& packed, std::size_t place,
                           std::size_t digits, std::string& text) {
        const std::size_t width = packed_bytes(digits);
        std::array<char, digits_max + 1> unpacked;
        kernels().unpack_hex(packed.data() + place * width, width, unpacked.data());
        text.append(unpacked.data(), digits);
    }

    /// The rows of the pattern that hold just these slots.
    static Bitmap rows_with(const OpenPattern& pattern, const std::string_view* cuts) {
        Bitmap rows(pattern.rows, true);
        for (std::size_t slot = 0; slot < pattern.slots.size(); ++slot) {
            Bitmap hits(pattern.rows);
            match_slot(pattern.pieces[slot].kind, pattern.slots[slot], cuts[slot], hits);
            rows &= hits;
        }
        return rows;
    }

    static void match_slot(SlotKind kind, const SlotColumn& column, std::string_view cut,
                           Bitmap& hits) {
        if (kind == SlotKind::rest) {
            column.rest->match_equal(cut, hits);
        } else if (kind == SlotKind::hex) {
            const std::size_t width = packed_bytes(cut.size());
            std::array<std::uint8_t, packed_bytes(digits_max)> wanted{};
            pack_hex(cut, wanted.data());
            for (std::size_t row = 0; row < hits.rows(); ++row)
                if (std::memcmp(column.packed.data() + row * width, wanted.data(), width) == 0)
                    hits.set(row);
        } else {
            const std::uint64_t number = parse_number(cut);
            for (std::size_t row = 0; row < hits.rows(); ++row)
                if (column.numbers[row] == number) hits.set(row);
        }
    }

    std::vector<OpenPattern> patterns_;
    std::vector<std::uint8_t> codes_;   // of each row; empty when there is one pattern
    std::vector<std::uint16_t> ranks_;  // of each row among the rows of its pattern
};

}  // namespace

TextFormResult open_template_texts(const Chunk& chunk) { return TemplateTexts::open(chunk); }

TextFormResult open_pooled_templates(const Chunk& chunk) {
    return TemplateTexts::open_pooled(chunk);
}

}  // namespace tomograph::column
