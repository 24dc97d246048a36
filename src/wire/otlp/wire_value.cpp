#include "wire/otlp/wire_value.h"

#include "wire/json/escapes.h"
#include "wire/json/utf8.h"
#include "wire/otlp/span_json.h"
#include "wire/otlp/wire_reader.h"

namespace tomograph {

WireValue read_value(std::string_view any_value) {
    WireValue value;
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
    for (const WireAttribute& each : attributes) json.value(each.key, each.value);
    json.close();
    out += json.view();
}

void append_quoted_text(std::string_view text, std::string& out) {
    std::string scratch;
    append_quoted(as_utf8(text, scratch), out);
}

}  // namespace tomograph
