#include "column/text_pattern.h"

#include <algorithm>

#include "column/hex.h"

namespace tomograph::column {
namespace {

constexpr std::size_t number_digits_max = 18;
// Fewer digits with a letter among them are taken for a word (v2, a1), unless they stand alone.
constexpr std::size_t hex_digits_min = 8;
constexpr std::size_t lone_hex_digits_min = 5;
constexpr std::size_t hex_digits_max = 255;
constexpr std::size_t slot_bytes = 3;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

}  // namespace

/// Builds the pattern of one text from left to right.
class PatternFinder {
 public:
    PatternFinder(std::string_view text, FoundPattern& found) : text_(text), found_(found) {}

    bool find() {
        if (text_.empty() || text_.size() > pattern_text_bytes_max) return false;
        found_.slots_ = 0;
        place_ = found_.bytes_.data();
        std::size_t at = 0;
        while (at < text_.size()) {
            if (!is_digit(text_[at])) {
                if (text_[at] == '\0') return false;
                *place_++ = text_[at++];
                continue;
            }
            // Letters are copied as they come; a digit may show them to have been hexadecimal.
            std::size_t start = at;
            while (start > 0 && is_hex(text_[start - 1])) --start;
            place_ -= at - start;
            at = start;
            if (is_uuid(at)) {
                if (!put_uuid(at)) return false;
                at += uuid_characters;
                continue;
            }
            std::size_t digits = 0;
            for (; at < text_.size() && is_hex(text_[at]); ++at) digits += is_digit(text_[at]);
            if (!put_run(start, at, digits)) return false;
        }
        found_.size_ = static_cast<std::size_t>(place_ - found_.bytes_.data());
        return true;
    }

 private:
    static constexpr std::size_t uuid_characters = 36;

    bool put_slot(SlotKind kind, std::size_t width, std::string_view cut) {
        if (found_.slots_ == pattern_slots_max) return false;
        *place_++ = '\0';
        *place_++ = static_cast<char>(kind);
        *place_++ = static_cast<char>(width);
        found_.cuts_[found_.slots_++] = cut;
        return true;
    }

    void put_literal(std::string_view literal) {
        place_ = std::copy(literal.begin(), literal.end(), place_);
    }

    // A run of hexadecimal digits as long as it gets.
    bool put_run(std::size_t at, std::size_t end, std::size_t digits) {
        const std::string_view run = text_.substr(at, end - at);
        const bool is_alone = (at == 0 || !is_letter(text_[at - 1])) &&
                              (end == text_.size() || !is_letter(text_[end]));
        const bool is_hexadecimal =
            digits == run.size() ? run.size() > number_digits_max
                                 : run.size() >= (is_alone ? lone_hex_digits_min : hex_digits_min);
        if (is_hexadecimal && run.size() <= hex_digits_max)
            return put_slot(SlotKind::hex, run.size(), run);
        return put_numbers(run);
    }

    bool put_numbers(std::string_view run) {
        while (!run.empty()) {
            std::size_t size = 0;
            while (size < run.size() && is_digit(run[size])) ++size;
            const std::string_view number = run.substr(0, size);
            if (size == 0 || size > number_digits_max) {
                size = std::max<std::size_t>(size, 1);
                put_literal(run.substr(0, size));
            } else {
                const bool is_padded = number.front() == '0' && size > 1;
                if (!put_slot(is_padded ? SlotKind::padded : SlotKind::number, is_padded ? size : 0,
                              number))
                    return false;
            }
            run.remove_prefix(size);
        }
        return true;
    }

    // 8-4-4-4-12: its groups are hexadecimal even where they have no letter.
    bool is_uuid(std::size_t at) const {
        if (text_.size() - at < uuid_characters || text_[at + 8] != '-') return false;
        if (at > 0 && (is_letter(text_[at - 1]) || is_digit(text_[at - 1]))) return false;
        for (std::size_t i = 0; i < uuid_characters; ++i) {
            const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
            if (is_dash ? text_[at + i] != '-' : !is_hex(text_[at + i])) return false;
        }
        const std::size_t end = at + uuid_characters;
        return end == text_.size() || !is_hex(text_[end]);
    }

    bool put_uuid(std::size_t at) {
        for (const std::size_t width : {8u, 4u, 4u, 4u, 12u}) {
            if (width != 8) *place_++ = text_[at++];
            if (!put_slot(SlotKind::hex, width, text_.substr(at, width))) return false;
            at += width;
        }
        return true;
    }

    std::string_view text_;
    FoundPattern& found_;
    char* place_ = nullptr;
};

namespace {

bool is_known(SlotKind kind, std::size_t width) {
    switch (kind) {
        case SlotKind::number:
        case SlotKind::rest:
            return width == 0;
        case SlotKind::padded:
            return width > 0 && width <= number_digits_max;
        case SlotKind::hex:
            return width > 0;
        case SlotKind::none:
            break;
    }
    return false;
}

// Where a number ends must be plain: the next byte of the pattern is no digit and no slot.
bool ends_plainly(SlotKind kind, std::string_view after) {
    if (kind == SlotKind::rest) return after.empty();
    if (kind != SlotKind::number || after.empty()) return true;
    return after.front() != '\0' && !is_digit(after.front());
}

bool all_digits(std::string_view text) {
    for (const char c : text)
        if (!is_digit(c)) return false;
    return true;
}

bool all_hex(std::string_view text) {
    for (const char c : text)
        if (!is_hex(c)) return false;
    return true;
}

std::size_t number_length(std::string_view text) {
    std::size_t size = 0;
    while (size < text.size() && is_digit(text[size])) ++size;
    if (size > number_digits_max || (size > 1 && text.front() == '0')) return 0;
    return size;
}

// The length of what fits the slot at the start of the text; 0 when nothing does.
std::size_t slot_length(const PatternPiece& piece, std::string_view text) {
    switch (piece.kind) {
        case SlotKind::number:
            return number_length(text);
        case SlotKind::padded:
            return text.size() >= piece.width && all_digits(text.substr(0, piece.width))
                       ? piece.width
                       : 0;
        case SlotKind::hex:
            return text.size() >= piece.width && all_hex(text.substr(0, piece.width)) ? piece.width
                                                                                      : 0;
        case SlotKind::rest:
        case SlotKind::none:
            break;
    }
    return 0;
}

}  // namespace

bool find_pattern(std::string_view text, FoundPattern& found) {
    return PatternFinder(text, found).find();
}

std::string rest_pattern() { return {'\0', static_cast<char>(SlotKind::rest), '\0'}; }

Result<Pattern> parse_pattern(std::string_view bytes) {
    Pattern pattern;
    bool is_plain = true;
    while (true) {
        const std::size_t end = bytes.find('\0');
        PatternPiece piece{.literal = std::string(bytes.substr(0, end))};
        if (end == std::string_view::npos) {
            pattern.push_back(std::move(piece));
            break;
        }
        bytes.remove_prefix(end);
        if (bytes.size() < slot_bytes || pattern.size() == pattern_slots_max) {
            is_plain = false;
            break;
        }
        piece.kind = static_cast<SlotKind>(bytes[1]);
        piece.width = static_cast<std::uint8_t>(bytes[2]);
        bytes.remove_prefix(slot_bytes);
        const bool is_whole = pattern.empty() && piece.literal.empty();
        if (!is_known(piece.kind, piece.width) || !ends_plainly(piece.kind, bytes) ||
            (piece.kind == SlotKind::rest && !is_whole)) {
            is_plain = false;
            break;
        }
        pattern.push_back(std::move(piece));
    }
    if (!is_plain) return Error(ErrorCode::corrupt, "texts: unknown slot in a pattern");
    return pattern;
}

bool cut_slots(const Pattern& pattern, std::string_view text, std::string_view* out) {
    for (const PatternPiece& piece : pattern) {
        if (piece.kind == SlotKind::rest) {
            *out = text;
            return true;
        }
        if (!text.starts_with(piece.literal)) return false;
        text.remove_prefix(piece.literal.size());
        if (piece.kind == SlotKind::none) break;
        const std::size_t size = slot_length(piece, text);
        if (size == 0) return false;
        *out++ = text.substr(0, size);
        text.remove_prefix(size);
    }
    return text.empty();
}

}  // namespace tomograph::column
