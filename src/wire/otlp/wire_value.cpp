#include "wire/otlp/wire_value.h"

#include <optional>

#include "wire/json/escapes.h"
#include "wire/json/utf8.h"
#include "wire/otlp/span_json.h"
#include "wire/otlp/wire_reader.h"

namespace tomograph {

namespace {

/// Takes the field at the beginning if it has this tag, of numbers below 16, and its bytes are
/// fewer than 128: as nearly all are that an attribute is made of.
std::optional<std::string_view> take_short_field(std::string_view& message, unsigned number) {
    constexpr unsigned length_delimited = 2;
    constexpr std::size_t head = 2;
    if (message.size() < head ||
        static_cast<unsigned char>(message[0]) != (number << 3 | length_delimited))
        return std::nullopt;
    const auto size = static_cast<signed char>(message[1]);
    if (size < 0 || message.size() - head < static_cast<std::size_t>(size)) return std::nullopt;
    const std::string_view field = message.substr(head, static_cast<std::size_t>(size));
    message.remove_prefix(head + field.size());
    return field;
}

}  // namespace

WireValue read_value(std::string_view any_value) {
    WireValue value;
    std::string_view rest = any_value;
    if (const auto text = take_short_field(rest, 1); text && rest.empty()) {
        value.kind = WireValue::Kind::text;
        value.text = *text;
        return value;
    }
    WireReader reader(any_value);
    while (reader.next()) {
        switch (reader.tag()) {
            case 1:
                value.kind = WireValue::Kind::text;
                value.text = reader.view();
                break;
            case 2:
                value.kind = WireValue::Kind::boolean;
                value.boolean = reader.boolean();
                break;
            case 3:
                value.kind = WireValue::Kind::integer;
                value.integer = reader.int64();
                break;
            case 4:
                value.kind = WireValue::Kind::number;
                value.number = reader.real();
                break;
            case 5:
                value.kind = WireValue::Kind::array;
                value.text = reader.view();
                break;
            case 6:
                value.kind = WireValue::Kind::map;
                value.text = reader.view();
                break;
            case 7:
                value.kind = WireValue::Kind::bytes;
                value.text = reader.view();
                break;
            default:
                reader.skip();
        }
    }
    return value;
}

WireAttribute read_attribute(std::string_view key_value) {
    WireAttribute attribute;
    std::string_view rest = key_value;
    if (const auto key = take_short_field(rest, 1)) {
        if (const auto value = take_short_field(rest, 2); value && rest.empty()) {
            attribute.key = *key;
            attribute.known = find_known_key(*key);
            attribute.value = read_value(*value);
            return attribute;
        }
    }
    WireReader reader(key_value);
    while (reader.next()) {
        if (reader.tag() == 1) {
            attribute.key = reader.view();
            attribute.known = find_known_key(attribute.key);
        } else if (reader.tag() == 2) {
            attribute.value = read_value(reader.view());
        } else {
            reader.skip();
        }
    }
    return attribute;
}

void append_json(const WireValue& value, std::string& out) {
    SpanJson json;
    json.element(value);
    out += json.view();
}

void append_json(const WireAttributes& attributes, std::string& out) {
    SpanJson json;
    json.open();
    for (const WireAttribute& each : attributes) json.value(each);
    json.close();
    out += json.view();
}

void append_quoted_text(std::string_view text, std::string& out) {
    std::string scratch;
    append_quoted(as_utf8(text, scratch), out);
}

}  // namespace tomograph
