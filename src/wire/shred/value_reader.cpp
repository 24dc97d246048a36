#include "wire/shred/value_reader.h"

#include <array>
#include <cstring>
#include <limits>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "wire/json/value_scan.h"
#include "wire/shred/limits.h"

namespace tomograph {
namespace {

constexpr std::uint64_t mantissa_max = std::numeric_limits<std::int64_t>::max();
/// Any 19 digits fit 64 bits unsigned.
constexpr std::ptrdiff_t digits_max = 19;

constexpr std::uint8_t no_digit = 0xff;
/// Lower case only: the spelling that to_hex() gives back.
constexpr auto hex_digits = [] {
    std::array<std::uint8_t, 256> values{};
    values.fill(no_digit);
    for (std::size_t i = 0; i < 10; ++i) values['0' + i] = static_cast<std::uint8_t>(i);
    for (std::size_t i = 0; i < 6; ++i) values['a' + i] = static_cast<std::uint8_t>(10 + i);
    return values;
}();

bool read_hex(const char* at, int digits, std::uint64_t& value) {
    std::uint64_t sum = 0;
    std::uint8_t seen = 0;
    for (int i = 0; i < digits; ++i) {
        const std::uint8_t digit = hex_digits[static_cast<std::uint8_t>(at[i])];
        seen |= digit;
        sum = sum << 4 | (digit & 0xf);
    }
    value = sum;
    return (seen & 0xf0) == 0;
}

bool read_span_id(std::string_view text, ShreddedValue& value) {
    std::uint64_t bits = 0;
    if (text.size() != 16 || !read_hex(text.data(), 16, bits) || bits == 0) return false;
    value.mantissa = static_cast<std::int64_t>(bits);
    return true;
}

bool read_trace_id(std::string_view text, ShreddedValue& value) {
    if (text.size() != 35 || text[0] != '1' || text[1] != '-' || text[10] != '-') return false;
    std::uint64_t second = 0;
    std::uint64_t middle = 0;
    std::uint64_t low = 0;
    if (!read_hex(text.data() + 2, 8, second) || !read_hex(text.data() + 11, 8, middle) ||
        !read_hex(text.data() + 19, 16, low))
        return false;
    if ((second | middle | low) == 0) return false;
    value.mantissa = static_cast<std::int64_t>(second << 32 | middle);
    value.low = low;
    return true;
}

/// What the bytes between the quotes are, when no backslash is among them.
SlotKind string_kind(std::string_view text, MemberRole role, ShreddedValue& value) {
    switch (role) {
        case MemberRole::id:
            if (read_span_id(text, value)) return SlotKind::span_id;
            break;
        case MemberRole::parent_id:
            if (read_span_id(text, value)) return SlotKind::parent_id;
            break;
        case MemberRole::trace_id:
            if (read_trace_id(text, value)) return SlotKind::trace_id;
            break;
        case MemberRole::name:
            value.text = text;
            return SlotKind::name;
        default:
            break;
    }
    value.text = text;
    return SlotKind::text;
}

const char* skip_digits(const char* at, const char* end, std::uint64_t& sum) {
    for (; at != end; ++at) {
        const auto digit = static_cast<unsigned>(*at - '0');
        if (digit > 9) break;
        sum = sum * 10 + digit;
    }
    return at;
}

/// Plain digits that print exactly back; nullptr for any other number.
const char* read_number(const char* at, const char* end, ShreddedValue& value) {
    const bool is_negative = *at == '-';
    if (is_negative) ++at;
    const char* const integer = at;
    std::uint64_t sum = 0;
    at = skip_digits(at, end, sum);
    std::ptrdiff_t digits = at - integer;
    if (digits == 0 || (digits > 1 && *integer == '0')) return nullptr;
    std::ptrdiff_t scale = 0;
    if (at != end && *at == '.') {
        const char* const fraction = ++at;
        at = skip_digits(at, end, sum);
        scale = at - fraction;
        if (scale == 0 || scale > static_cast<std::ptrdiff_t>(number_scale_max)) return nullptr;
        digits += scale;
    }
    if (at != end && (*at == 'e' || *at == 'E')) return nullptr;
    if (digits > digits_max || sum > mantissa_max || (is_negative && sum == 0)) return nullptr;
    const auto mantissa = static_cast<std::int64_t>(sum);
    value.mantissa = is_negative ? -mantissa : mantissa;
    value.scale = static_cast<std::uint8_t>(scale);
    return at;
}

const char* skip_number(const char* at, const char* end) {
    while (at != end && (static_cast<unsigned>(*at - '0') <= 9 || *at == '-' || *at == '+' ||
                         *at == '.' || *at == 'e' || *at == 'E')) {
        ++at;
    }
    return at;
}

SlotKind number_kind(MemberRole role) {
    switch (role) {
        case MemberRole::start_time:
            return SlotKind::start_time;
        case MemberRole::end_time:
            return SlotKind::end_time;
        default:
            return SlotKind::number;
    }
}

const char* read_literal(const char* at, const char* end, std::string_view word, std::int64_t code,
                         SlotKind& kind, ShreddedValue& value) {
    if (static_cast<std::size_t>(end - at) < word.size()) return nullptr;
    if (std::memcmp(at, word.data(), word.size()) != 0) return nullptr;
    kind = SlotKind::literal;
    value.mantissa = code;
    return at + word.size();
}

const char* read_container(const char* at, const char* end, SlotKind& kind, ShreddedValue& value) {
    const std::string_view rest(at, static_cast<std::size_t>(end - at));
    const std::size_t size = scan_value(rest, 0);
    if (size == std::string_view::npos) return nullptr;
    kind = SlotKind::json;
    value.text = rest.substr(0, size);
    return at + size;
}

/// Unescapes what stands between quotes, when append_quoted() would spell it the same way: it
/// escapes `"`, `\` and what is below a space, with letters for \n, \r and \t only.
bool append_canonical(std::string_view raw, std::string& out) {
    for (std::size_t at = 0;;) {
        const std::size_t stop = raw.find('\\', at);
        out.append(raw.substr(at, stop - at));
        if (stop == std::string_view::npos) return true;
        if (stop + 1 >= raw.size()) return false;
        at = stop + 2;
        switch (raw[stop + 1]) {
            case '"':
            case '\\':
                out.push_back(raw[stop + 1]);
                break;
            case 'n':
                out.push_back('\n');
                break;
            case 'r':
                out.push_back('\r');
                break;
            case 't':
                out.push_back('\t');
                break;
            case 'u': {
                std::uint64_t unit = 0;
                if (raw.size() - at < 4 || !read_hex(raw.data() + at, 4, unit)) return false;
                if (unit >= 0x20 || unit == '\n' || unit == '\r' || unit == '\t') return false;
                out.push_back(static_cast<char>(unit));
                at += 4;
                break;
            }
            default:
                return false;
        }
    }
}

}  // namespace

MemberRole role_of(std::string_view path) {
    if (path == "id") return MemberRole::id;
    if (path == "parent_id") return MemberRole::parent_id;
    if (path == "trace_id") return MemberRole::trace_id;
    if (path == "start_time") return MemberRole::start_time;
    if (path == "end_time") return MemberRole::end_time;
    if (path == "name") return MemberRole::name;
    if (path == "subsegments") return MemberRole::subsegments;
    return MemberRole::other;
}

const char* find_string_stop_bytewise(const char* at, const char* end) {
    while (at != end && *at != '"' && *at != '\\' && static_cast<std::uint8_t>(*at) >= ' ') ++at;
    return at;
}

const char* find_string_stop(const char* at, const char* end) {
#ifdef __SSE2__
    const __m128i quote = _mm_set1_epi8('"');
    const __m128i backslash = _mm_set1_epi8('\\');
    const __m128i control = _mm_set1_epi8(' ' - 1);
    for (; end - at >= 16; at += 16) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
        const __m128i hits = _mm_or_si128(
            _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)),
            _mm_cmpeq_epi8(_mm_min_epu8(bytes, control), bytes));
        const int mask = _mm_movemask_epi8(hits);
        if (mask != 0) return at + __builtin_ctz(static_cast<unsigned>(mask));
    }
#endif
    return find_string_stop_bytewise(at, end);
}

const char* ValueReader::read(const char* at, const char* end, MemberRole role, bool takes_objects,
                              SlotKind& kind, ShreddedValue& value) {
    if (at == end) return nullptr;
    value = {};
    switch (*at) {
        case '"': {
            const char* const stop = find_string_stop(at + 1, end);
            if (stop == end) return nullptr;
            if (*stop == '\\') return read_escaped(at, stop, end, role, kind, value);
            if (*stop != '"') return nullptr;
            kind = string_kind({at + 1, static_cast<std::size_t>(stop - at - 1)}, role, value);
            return stop + 1;
        }
        case '{':
            return takes_objects ? read_container(at, end, kind, value) : nullptr;
        case '[':
            if (role == MemberRole::subsegments) return nullptr;
            return read_container(at, end, kind, value);
        case 't':
            return read_literal(at, end, "true", literal_true, kind, value);
        case 'f':
            return read_literal(at, end, "false", literal_false, kind, value);
        case 'n':
            return read_literal(at, end, "null", literal_null, kind, value);
        default:
            break;
    }
    if (const char* const behind = read_number(at, end, value)) {
        kind = number_kind(role);
        return behind;
    }
    const char* const behind = skip_number(at, end);
    if (behind == at) return nullptr;
    value = {};
    kind = SlotKind::json;
    value.text = {at, static_cast<std::size_t>(behind - at)};
    return behind;
}

const char* ValueReader::read_escaped(const char* at, const char* backslash, const char* end,
                                      MemberRole role, SlotKind& kind, ShreddedValue& value) {
    const char* stop = backslash;
    while (stop != end && *stop == '\\') {
        if (end - stop < 2) return nullptr;
        stop = find_string_stop(stop + 2, end);
    }
    if (stop == end || *stop != '"') return nullptr;
    scratch_.clear();
    if (append_canonical({at + 1, static_cast<std::size_t>(stop - at - 1)}, scratch_)) {
        // No id holds anything that needs an escape.
        kind = role == MemberRole::name ? SlotKind::name : SlotKind::text;
        value.text = unescaped_.copy(scratch_);
    } else {
        kind = SlotKind::json;
        value.text = {at, static_cast<std::size_t>(stop + 1 - at)};
    }
    return stop + 1;
}

}  // namespace tomograph
