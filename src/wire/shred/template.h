#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/attribute.h"

namespace tomograph {

/// What stands in a slot. Stored: a number never changes its meaning (docs/formats/template.md).
enum class SlotKind : std::uint8_t {
    text = 1,     ///< a string that append_quoted() spells as the document does; kept unescaped
    number = 2,   ///< mantissa x 10^-scale in plain digits: "12", "-0.50"
    literal = 3,  ///< true, false or null
    json = 4,     ///< any other value, as its bytes
    // Members of the entity itself, apart because the columns of a span hold them:
    span_id = 5,     ///< "id": 16 lower-case hex digits, not all zero
    parent_id = 6,   ///< "parent_id", the same
    trace_id = 7,    ///< "trace_id": `1-8hex-24hex`, lower case, not all zero
    start_time = 8,  ///< "start_time", as a number
    end_time = 9,    ///< "end_time", as a number
    name = 10,       ///< "name", as a text
    children = 11,   ///< the elements of "subsegments", which are rows of their own; no value
    object = 12,     ///< an object whose form is the value; those of its members follow it
};
inline constexpr std::uint8_t slot_kinds = 13;  ///< one more than the largest

struct Slot {
    SlotKind kind = SlotKind::json;
    std::uint32_t path = 0;         ///< index into the owner's paths; relative to the entity
    std::uint32_t literal_end = 0;  ///< of the literal before it, in Template::text

    bool operator==(const Slot&) const = default;
};

/// The bytes around the elements of `subsegments`: `[` open {…} between {…} close `]`.
struct Separators {
    std::string open = {};
    std::string between = {};  ///< holds the comma
    std::string close = {};

    bool operator==(const Separators&) const = default;
};

/// The text of one entity of a document, with slots for its values: literal(0) slot 0 literal(1) …
/// literal(slots.size()). At most one slot has kind children.
struct Template {
    std::string text = {};  ///< all literals, one behind the other
    std::vector<Slot> slots = {};
    Separators separators = {};  ///< of the children slot; empty without one
    std::int32_t children_slot = -1;
    std::uint32_t objects = 0;  ///< slots of kind object

    std::string_view literal(std::size_t i) const {
        const std::size_t begin = i == 0 ? 0 : slots[i - 1].literal_end;
        const std::size_t end = i == slots.size() ? text.size() : slots[i].literal_end;
        return std::string_view(text).substr(begin, end - begin);
    }

    bool operator==(const Template&) const = default;
};

/// The codes of literals: the mantissa of their values.
inline constexpr std::int64_t literal_false = 0;
inline constexpr std::int64_t literal_true = 1;
inline constexpr std::int64_t literal_null = 2;

/// The value of one slot of one row; which members count, the slot's kind says.
struct ShreddedValue {
    std::string_view text = {};  ///< text, name: unescaped; json: the bytes
    std::int64_t mantissa = 0;   ///< numbers and times; literal: its code; object: its form;
                                 ///< ids: the (high) 64 bits
    std::uint64_t low = 0;       ///< trace_id: the low 64 bits
    std::uint8_t scale = 0;      ///< numbers and times: digits behind the point, 0 to 18

    bool operator==(const ShreddedValue&) const = default;
};

/// One entity of a document. `values` counts from `first_value`: one for each slot but children's,
/// and behind an object's those of its members.
struct ShreddedRow {
    std::uint32_t template_index = 0;
    std::uint32_t first_value = 0;
    std::uint32_t values = 0;
    std::uint32_t children = 0;  ///< rows whose parent it is; they follow it, with their own
};

}  // namespace tomograph
