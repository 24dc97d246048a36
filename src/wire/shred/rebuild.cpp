#include "wire/shred/rebuild.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "model/ids.h"
#include "wire/json/escapes.h"

namespace tomograph {
namespace {

void append_hex(std::uint64_t value, int digits, std::string& out) {
    char text[16];
    for (int i = digits - 1; i >= 0; --i, value >>= 4) text[i] = "0123456789abcdef"[value & 0xf];
    out.append(text, static_cast<std::size_t>(digits));
}

bool append_number(std::int64_t mantissa, std::uint8_t scale, std::string& out) {
    if (scale > number_scale_max) return false;
    // 19 digits, a sign, a point; in front of them room for the zeros of "0.05".
    char text[40];
    char* const digits = text + 20;
    const std::uint64_t size = mantissa < 0 ? 0 - static_cast<std::uint64_t>(mantissa)
                                            : static_cast<std::uint64_t>(mantissa);
    char* const end = std::to_chars(digits, text + sizeof text, size).ptr;
    char* begin = digits;
    while (end - begin <= scale) *--begin = '0';
    if (mantissa < 0) out.push_back('-');
    out.append(begin, end - scale);
    if (scale > 0) {
        out.push_back('.');
        out.append(end - scale, end);
    }
    return true;
}

bool append_literal(std::int64_t code, std::string& out) {
    switch (code) {
        case literal_false:
            out.append("false");
            return true;
        case literal_true:
            out.append("true");
            return true;
        case literal_null:
            out.append("null");
            return true;
        default:
            return false;
    }
}

void append_text(std::string_view text, std::string& out) {
    const bool is_plain = std::none_of(text.begin(), text.end(), [](char c) {
        return static_cast<std::uint8_t>(c) < 0x20 || c == '"' || c == '\\';
    });
    if (!is_plain) return append_quoted(text, out);
    out.push_back('"');
    out.append(text);
    out.push_back('"');
}

}  // namespace

bool append_value(SlotKind kind, const ShreddedValue& value, std::string& out) {
    switch (kind) {
        case SlotKind::text:
        case SlotKind::name:
            append_text(value.text, out);
            return true;
        case SlotKind::number:
        case SlotKind::start_time:
        case SlotKind::end_time:
            return append_number(value.mantissa, value.scale, out);
        case SlotKind::literal:
            return append_literal(value.mantissa, out);
        case SlotKind::json:
            out.append(value.text);
            return true;
        case SlotKind::span_id:
        case SlotKind::parent_id:
            out.push_back('"');
            append_hex(static_cast<std::uint64_t>(value.mantissa), 16, out);
            out.push_back('"');
            return true;
        case SlotKind::trace_id: {
            const auto high = static_cast<std::uint64_t>(value.mantissa);
            out.append("\"1-");
            append_hex(high >> 32, 8, out);
            out.push_back('-');
            append_hex(high, 8, out);
            append_hex(value.low, 16, out);
            out.push_back('"');
            return true;
        }
        case SlotKind::children:
            break;
    }
    return false;
}

bool DocumentRebuild::push_row() {
    if (next_row_ == rows_.size() || depth_ == stack_.size()) return false;
    const RebuildRow& row = rows_[next_row_];
    if ((row.children > 0) != (row.shape->children_slot >= 0)) return false;
    stack_[depth_++] = {.row = next_row_++, .slot = 0, .children_left = row.children};
    return true;
}

bool DocumentRebuild::after_child() {
    Frame& parent = stack_[depth_ - 1];
    const Separators& separators = rows_[parent.row].shape->separators;
    if (--parent.children_left > 0) {
        out_.append(separators.between);
        return push_row();
    }
    out_.append(separators.close);
    ++parent.slot;
    return true;
}

Error DocumentRebuild::broken(const char* what) const {
    return Error(ErrorCode::corrupt,
                 fmt::format("rebuild a document of {} rows: {}", rows_.size(), what));
}

}  // namespace tomograph
