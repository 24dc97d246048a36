#include "wire/shred/rebuild.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "wire/json/escapes.h"

namespace tomograph {
namespace {

constexpr auto hex_pairs = [] {
    std::array<std::array<char, 2>, 256> pairs{};
    for (std::size_t byte = 0; byte < pairs.size(); ++byte) {
        pairs[byte] = {"0123456789abcdef"[byte >> 4], "0123456789abcdef"[byte & 0xf]};
    }
    return pairs;
}();

/// The low `digits` digits, an even number of them.
char* print_hex(std::uint64_t value, int digits, char* place) {
    for (int i = digits - 2; i >= 0; i -= 2, value >>= 8) {
        std::memcpy(place + i, hex_pairs[value & 0xff].data(), 2);
    }
    return place + digits;
}

bool append_number(std::int64_t mantissa, std::uint8_t scale, DocumentSink& out) {
    if (scale > number_scale_max) return false;
    // 19 digits, in front of them room for the zeros of "0.05".
    char text[40];
    char* const digits = text + 20;
    const std::uint64_t size = mantissa < 0 ? 0 - static_cast<std::uint64_t>(mantissa)
                                            : static_cast<std::uint64_t>(mantissa);
    char* const end = std::to_chars(digits, text + sizeof text, size).ptr;
    char* begin = digits;
    while (end - begin <= scale) *--begin = '0';
    char* place = out.room(sizeof text);
    if (mantissa < 0) *place++ = '-';
    place = std::copy(begin, end - scale, place);
    if (scale > 0) {
        *place++ = '.';
        place = std::copy(end - scale, end, place);
    }
    out.took(place);
    return true;
}

bool append_literal(std::int64_t code, DocumentSink& out) {
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

/// Whether one of 8 bytes needs an escape: the usual tests for a byte below n and for a zero byte,
/// which are exact for the question whether there is any.
bool needs_escape(std::uint64_t bytes) {
    constexpr std::uint64_t each = 0x0101010101010101;
    const std::uint64_t quote = bytes ^ (each * '"');
    const std::uint64_t backslash = bytes ^ (each * '\\');
    const std::uint64_t found = ((bytes - each * ' ') & ~bytes) | ((quote - each) & ~quote) |
                                ((backslash - each) & ~backslash);
    return (found & (each * 0x80)) != 0;
}

bool is_plain(std::string_view text) {
    std::uint64_t bytes = 0;
    if (text.size() < sizeof bytes) {
        bytes = 0x2020202020202020;
        std::memcpy(&bytes, text.data(), text.size());
        return !needs_escape(bytes);
    }
    for (std::size_t i = 0; i + sizeof bytes <= text.size(); i += sizeof bytes) {
        std::memcpy(&bytes, text.data() + i, sizeof bytes);
        if (needs_escape(bytes)) return false;
    }
    std::memcpy(&bytes, text.data() + text.size() - sizeof bytes, sizeof bytes);
    return !needs_escape(bytes);
}

void append_text(std::string_view text, DocumentSink& out) {
    if (text.empty()) return out.append(R"("")");  // its data may be null
    if (!is_plain(text)) {
        std::string quoted;
        append_quoted(text, quoted);
        return out.append(quoted);
    }
    char* const place = out.room(text.size() + 2);
    *place = '"';
    std::memcpy(place + 1, text.data(), text.size());
    place[text.size() + 1] = '"';
    out.took(place + text.size() + 2);
}

void append_span_id(std::uint64_t id, DocumentSink& out) {
    char* place = out.room(18);
    *place++ = '"';
    place = print_hex(id, 16, place);
    *place++ = '"';
    out.took(place);
}

void append_trace_id(std::uint64_t high, std::uint64_t low, DocumentSink& out) {
    char* place = out.room(37);
    place = std::ranges::copy(std::string_view("\"1-"), place).out;
    place = print_hex(high >> 32, 8, place);
    *place++ = '-';
    place = print_hex(high, 8, place);
    place = print_hex(low, 16, place);
    *place++ = '"';
    out.took(place);
}

}  // namespace

bool append_value(SlotKind kind, const ShreddedValue& value, DocumentSink& out) {
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
            append_span_id(static_cast<std::uint64_t>(value.mantissa), out);
            return true;
        case SlotKind::trace_id:
            append_trace_id(static_cast<std::uint64_t>(value.mantissa), value.low, out);
            return true;
        case SlotKind::children:
        case SlotKind::object:
            break;
    }
    return false;
}

bool append_value(SlotKind kind, const ShreddedValue& value, std::string& out) {
    DocumentSink sink(out, value.text.size());
    const bool is_possible = append_value(kind, value, sink);
    sink.finish();
    return is_possible;
}

std::size_t DocumentRebuild::bytes_expected(std::span<const RebuildRow> rows) {
    constexpr std::size_t bytes_per_value = 24;
    std::size_t bytes = 0;
    for (const RebuildRow& row : rows) {
        bytes += row.shape->text.size() + row.shape->slots.size() * bytes_per_value;
    }
    return std::min(bytes, shredded_document_bytes_max);
}

bool DocumentRebuild::push_row() {
    if (next_row_ == rows_.size() || depth_ == stack_.size()) return false;
    const RebuildRow& row = rows_[next_row_];
    if ((row.children > 0) != (row.shape->children_slot >= 0)) return false;
    stack_[depth_++] = {.row = next_row_++, .slot = 0, .value = 0, .children_left = row.children};
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
