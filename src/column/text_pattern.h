#pragma once

#include <array>
#include <cstdint>
#include <span>
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

/// What find_pattern finds; meant to be used again for the next text.
class FoundPattern {
 public:
    /// As bytes.
    std::string_view pattern() const { return {bytes_.data(), size_}; }
    /// What stands in the slots, borrowed from the text.
    std::span<const std::string_view> cuts() const { return {cuts_.data(), slots_}; }

 private:
    friend class PatternFinder;
    std::array<char, pattern_text_bytes_max + 3 * pattern_slots_max> bytes_;
    std::size_t size_ = 0;
    std::array<std::string_view, pattern_slots_max> cuts_;
    std::size_t slots_ = 0;
};

/// The pattern of a text. returns  false when it has none: it is empty or too long, has too many
/// numbers, or a byte 0. cost  about 1 ns a byte
bool find_pattern(std::string_view text, FoundPattern& found);

/// The pattern that only keeps texts whole.
std::string rest_pattern();

/// errors  corrupt  an unknown slot, or one whose end could be read in two ways
Result<Pattern> parse_pattern(std::string_view bytes);

/// Cuts what stands in the slots out of a text. out: room for pattern_slots_max
/// returns  false when the text is not of this pattern
bool cut_slots(const Pattern& pattern, std::string_view text, std::string_view* out);

}  // namespace tomograph::column
