#include "wire/otlp/span_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

#include "base/base64.h"
#include "wire/hex.h"
#include "wire/json/escapes.h"
#include "wire/json/utf8.h"
#include "wire/limits.h"
#include "wire/otlp/wire_reader.h"

namespace tomograph {
namespace {

constexpr std::size_t word_bytes = 8;
constexpr std::uint64_t ones = 0x0101010101010101ULL;
constexpr std::uint64_t high_bits = ones * 0x80;

/// Whether eight bytes are ASCII that stands in a JSON string as it is.
bool is_plain(std::uint64_t word) {
    const auto has_zero = [](std::uint64_t each) { return (each - ones) & ~each; };
    const std::uint64_t controls = word - ones * 0x20;
    return ((word | controls | has_zero(word ^ ones * '"') | has_zero(word ^ ones * '\\')) &
            high_bits) == 0;
}

std::uint64_t word_at(const char* at) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, word_bytes);
    return word;
}

/// Up to eight bytes, filled up with blanks.
std::uint64_t short_word(std::string_view text) {
    std::uint64_t word = ones * ' ';
    std::memcpy(&word, text.data(), text.size());
    return word;
}

}  // namespace

void SpanJson::grow(std::size_t bytes) {
    constexpr std::size_t first = 4096;
    const std::size_t used = size();
    const std::size_t room = std::max(first, 2 * (used + bytes));
    auto larger = std::make_unique<char[]>(room);
    if (used > 0) std::memcpy(larger.get(), begin_.get(), used);
    begin_ = std::move(larger);
    at_ = begin_.get() + used;
    end_ = begin_.get() + room;
}

void SpanJson::append(std::string_view text) {
    char* const at = room(text.size());
    if (!text.empty()) std::memcpy(at, text.data(), text.size());
    at_ += text.size();
}

/// Nearly every text is ASCII without anything to escape: looked at and copied in one go, eight
/// bytes at a time, and begun again where it is not.
void SpanJson::quote(std::string_view text) {
    // Words are written whole: beyond the text, but not beyond this.
    char* at = room(text.size() + 2 + word_bytes);
    *at++ = '"';
    const char* from = text.data();
    std::size_t left = text.size();
    for (; left >= word_bytes; left -= word_bytes, from += word_bytes, at += word_bytes) {
        const std::uint64_t word = word_at(from);
        if (!is_plain(word)) return quote_others(text);
        std::memcpy(at, &word, word_bytes);
    }
    if (left > 0) {
        // Of a long text its last eight bytes, some of them for the second time.
        const std::uint64_t word = text.size() >= word_bytes ? word_at(from + left - word_bytes)
                                                             : short_word({from, left});
        if (!is_plain(word)) return quote_others(text);
        std::memcpy(text.size() >= word_bytes ? at + left - word_bytes : at, &word, word_bytes);
        at += left;
    }
    *at++ = '"';
    at_ = at;
}

void SpanJson::quote_others(std::string_view text) {
    std::string scratch;
    std::string quoted;
    append_quoted(as_utf8(text, scratch), quoted);
    append(quoted);
}

void SpanJson::number(std::int64_t value) {
    constexpr std::size_t digits_max = 20;
    char* const at = room(digits_max);
    at_ = std::to_chars(at, at + digits_max, value).ptr;
}

void SpanJson::number(double value) {
    if (!std::isfinite(value)) {
        append(R"({"$number":")");
        append(std::isnan(value) ? "NaN" : (value > 0 ? "Infinity" : "-Infinity"));
        return append(R"("})");
    }
    fmt::memory_buffer digits;
    fmt::format_to(std::back_inserter(digits), "{}", value);
    const std::string_view text(digits.data(), digits.size());
    append(text);
    // Without a point or an exponent it would be an integer.
    if (text.find_first_of(".e") == std::string_view::npos) append(".0");
}

void SpanJson::id(JsonKey key, SpanId id) {
    plain(key, 2 * sizeof id.value, [id](char* out) { write_hex(id.value, out); });
}

void SpanJson::id(JsonKey key, TraceId id) {
    constexpr std::size_t size = 35;  // as to_xray_text() has it
    plain(key, size, [id](char* out) {
        out[0] = '1';
        out[1] = out[10] = '-';
        write_hex(static_cast<std::uint32_t>(id.high >> 32), out + 2);
        write_hex(static_cast<std::uint32_t>(id.high), out + 11);
        write_hex(id.low, out + 19);
    });
}

void SpanJson::hex(JsonKey key, std::string_view bytes) {
    plain(key, 2 * bytes.size(), [bytes](char* out) { hex_encode(bytes, out); });
}

void SpanJson::time(JsonKey key, std::int64_t ns) {
    constexpr std::uint64_t second = 1'000'000'000;
    constexpr int fraction_digits = 9;
    write_key(key);
    if (ns < 0) put('-');
    // Also of the least number, which has no positive one.
    const std::uint64_t size =
        ns < 0 ? -static_cast<std::uint64_t>(ns) : static_cast<std::uint64_t>(ns);
    number(static_cast<std::int64_t>(size / second));
    char* const at = room(1 + fraction_digits);
    *at = '.';
    auto fraction = static_cast<std::uint32_t>(size % second);
    for (int digit = fraction_digits; digit > 0; --digit, fraction /= 10)
        at[digit] = static_cast<char>('0' + fraction % 10);
    at_ = at + 1 + fraction_digits;
}

void SpanJson::attributes(JsonKey key, const WireAttributes& attributes) {
    open(key);
    for (const WireAttribute& each : attributes) value(each);
    close();
}

void SpanJson::write_array(std::string_view message, unsigned depth) {
    begin('[');
    WireReader reader(message);
    while (reader.next(1)) {
        separate();
        write(read_value(reader.view()), depth);
    }
    end(']');
}

void SpanJson::write_map(std::string_view message, unsigned depth) {
    bool is_marked = false;
    for (WireReader reader(message); reader.next(1);)
        is_marked |= read_attribute(reader.view()).key.starts_with('$');
    if (is_marked) append(R"({"$map":)");
    begin('{');
    for (WireReader reader(message); reader.next(1);) {
        const WireAttribute member = read_attribute(reader.view());
        write_key(member);
        write(member.value, depth);
    }
    end('}');
    if (is_marked) put('}');
}

void SpanJson::write(const WireValue& value, unsigned depth) {
    switch (value.kind) {
        case WireValue::Kind::none:
            return append("null");
        case WireValue::Kind::text:
            return quote(value.text);
        case WireValue::Kind::boolean:
            return append(value.boolean ? "true" : "false");
        case WireValue::Kind::integer:
            return number(value.integer);
        case WireValue::Kind::number:
            return number(value.number);
        case WireValue::Kind::bytes:
            append(R"({"$bytes":")");
            append(base64_encode(value.text));
            return append(R"("})");
        case WireValue::Kind::array:
        case WireValue::Kind::map:
            if (depth == value_depth_max) return append("null");
            if (value.kind == WireValue::Kind::array) return write_array(value.text, depth + 1);
            return write_map(value.text, depth + 1);
    }
}

}  // namespace tomograph
