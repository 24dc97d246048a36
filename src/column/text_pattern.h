#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tomograph::column {

/// What stands in a gap of a pattern.
enum class SlotKind : std::uint8_t {
    none = 0,    // the end: only a literal
    number = 1,  // decimal digits, at most 18, no zero in front
    padded = 2,  // exactly `width` decimal digits, at most 18
    hex = 3,     // exactly `width` lower-case hexadecimal digits
    rest = 4,    // any text; the whole pattern is this one slot
};

/// A literal, then a slot.
struct PatternPiece {
    std::string literal;
    SlotKind kind = SlotKind::none;
    std::uint8_t width = 0;
};

/// A text with its numbers taken out: `/orders/123/items/007` is "/orders/" number "/items/"
/// padded-3. As bytes: the literals as they are, each slot as 0x00, kind, width.
using Pattern = std::vector<PatternPiece>;

constexpr std::size_t pattern_slots_max = 16;
/// Longer texts are kept as they are.
constexpr std::size_t pattern_text_bytes_max = 512;

/// Writes the pattern of a text over `pattern`. returns  false when the text has none: it is too
/// long, has too many numbers or a byte 0
bool find_pattern(std::string_view text, std::string& pattern);

/// Characters of the text that stand in slots of its pattern.
std::size_t slot_characters(std::string_view text, std::string_view pattern);

/// The pattern that only keeps texts whole.
std::string rest_pattern();

/// errors  corrupt  an unknown slot, or one whose end could be read in two ways
Result<Pattern> parse_pattern(std::string_view bytes);

/// Cuts what stands in the slots out of a text. out: room for pattern_slots_max
/// returns  false when the text is not of this pattern
bool cut_slots(const Pattern& pattern, std::string_view text, std::string_view* out);

}  // namespace tomograph::column
