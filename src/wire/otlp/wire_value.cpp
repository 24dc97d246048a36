#include "wire/otlp/wire_value.h"

#include "wire/json/escapes.h"
#include "wire/json/utf8.h"
#include "wire/otlp/span_json.h"
#include "wire/otlp/wire_reader.h"

namespace tomograph {

namespace {

// Where the bytes stand as nearly all do that an attribute is made of, each piece shorter than 128,
// they are taken from their places. Filled in place: what is written in halves and read again as a
// whole waits for the processor's memory.

constexpr std::size_t short_max = 127;
constexpr unsigned char first_field = 0x0a;   // 1, with a length
constexpr unsigned char second_field = 0x12;  // 2, likewise
constexpr std::size_t head = 2;               // of a short field

unsigned char byte_at(std::string_view bytes, std::size_t at) {
    return static_cast<unsigned char>(bytes[at]);
}

/// Whether it is one short field from `at` on, to the end.
bool is_short_field(std::string_view message, std::size_t at, unsigned char tag) {
    return message.size() >= at + head && message.size() - at - head <= short_max &&
           byte_at(message, at) == tag && byte_at(message, at + 1) == message.size() - at - head;
}

/// value  a new one
void read_into(std::string_view any_value, WireValue& value) {
    if (is_short_field(any_value, 0, first_field)) {
        value.kind = WireValue::Kind::text;
        value.text = any_value.substr(head);
        return;
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
}

void read_fields(std::string_view key_value, WireAttribute& attribute) {
    WireReader reader(key_value);
    while (reader.next()) {
        if (reader.tag() == 1) {
            attribute.key = reader.view();
            attribute.known = find_known_key(attribute.key);
        } else if (reader.tag() == 2) {
            attribute.value = {};
            read_into(reader.view(), attribute.value);
        } else {
            reader.skip();
        }
    }
}

/// attribute  a new one
void read_into(std::string_view key_value, WireAttribute& attribute) {
    const bool has_key = key_value.size() >= head && byte_at(key_value, 0) == first_field &&
                         byte_at(key_value, 1) <= short_max;
    if (!has_key) return read_fields(key_value, attribute);
    const std::size_t key_bytes = byte_at(key_value, 1);
    if (!is_short_field(key_value, head + key_bytes, second_field))
        return read_fields(key_value, attribute);
    attribute.key = key_value.substr(head, key_bytes);
    attribute.known = find_known_key(attribute.key);
    read_into(key_value.substr(head + key_bytes + head), attribute.value);
}

}  // namespace

WireValue read_value(std::string_view any_value) {
    WireValue value;
    read_into(any_value, value);
    return value;
}

WireAttribute read_attribute(std::string_view key_value) {
    WireAttribute attribute;
    read_into(key_value, attribute);
    return attribute;
}

void WireAttributes::read(std::string_view key_value) {
    WireAttribute& attribute = list_.emplace_back();
    read_into(key_value, attribute);
    places_[attribute.known] = static_cast<std::uint32_t>(list_.size());
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
