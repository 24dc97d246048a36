#include "wire/otlp/wire_value.h"

#include <fmt/format.h>

#include <cmath>

#include "base/base64.h"
#include "wire/json/escapes.h"
#include "wire/json/utf8.h"
#include "wire/limits.h"
#include "wire/otlp/wire_reader.h"

namespace tomograph {
namespace {

void append_value(const WireValue& value, std::string& out, unsigned depth);

void append_number(double number, std::string& out) {
    if (!std::isfinite(number)) {
        const std::string_view name =
            std::isnan(number) ? "NaN" : (number > 0 ? "Infinity" : "-Infinity");
        out += fmt::format(R"({{"$number":"{}"}})", name);
        return;
    }
    const std::size_t begin = out.size();
    fmt::format_to(std::back_inserter(out), "{}", number);
    // Without a point or an exponent it would be an integer.
    if (out.find_first_of(".e", begin) == std::string::npos) out += ".0";
}

void append_array(std::string_view message, std::string& out, unsigned depth) {
    out += '[';
    bool is_first = true;
    WireReader reader(message);
    while (reader.next(1)) {
        if (!is_first) out += ',';
        is_first = false;
        append_value(read_value(reader.view()), out, depth);
    }
    out += ']';
}

void append_member(const WireAttribute& member, bool& is_first, std::string& out, unsigned depth) {
    if (!is_first) out += ',';
    is_first = false;
    append_quoted_text(member.key, out);
    out += ':';
    append_value(member.value, out, depth);
}

void append_map(std::string_view message, std::string& out, unsigned depth) {
    std::string members;
    bool is_first = true;
    bool is_marked = false;
    WireReader reader(message);
    while (reader.next(1)) {
        const WireAttribute member = read_attribute(reader.view());
        is_marked |= member.key.starts_with('$');
        append_member(member, is_first, members, depth);
    }
    out += is_marked ? R"({"$map":{)" : "{";
    out += members;
    out += is_marked ? "}}" : "}";
}

void append_value(const WireValue& value, std::string& out, unsigned depth) {
    switch (value.kind) {
        case WireValue::Kind::none:
            out += "null";
            return;
        case WireValue::Kind::text:
            return append_quoted_text(value.text, out);
        case WireValue::Kind::boolean:
            out += value.boolean ? "true" : "false";
            return;
        case WireValue::Kind::integer:
            fmt::format_to(std::back_inserter(out), "{}", value.integer);
            return;
        case WireValue::Kind::number:
            return append_number(value.number, out);
        case WireValue::Kind::bytes:
            out += R"({"$bytes":")";
            out += base64_encode(value.text);
            out += R"("})";
            return;
        case WireValue::Kind::array:
        case WireValue::Kind::map:
            if (depth == value_depth_max) {
                out += "null";
                return;
            }
            if (value.kind == WireValue::Kind::array)
                return append_array(value.text, out, depth + 1);
            return append_map(value.text, out, depth + 1);
    }
}

}  // namespace

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
        if (reader.tag() == 1)
            attribute.key = reader.view();
        else if (reader.tag() == 2)
            attribute.value = read_value(reader.view());
        else
            reader.skip();
    }
    return attribute;
}

void append_json(const WireValue& value, std::string& out) { append_value(value, out, 0); }

void append_json(const WireAttributes& attributes, std::string& out) {
    out += '{';
    bool is_first = true;
    for (const WireAttribute& each : attributes) append_member(each, is_first, out, 0);
    out += '}';
}

void append_quoted_text(std::string_view text, std::string& out) {
    std::string scratch;
    append_quoted(as_utf8(text, scratch), out);
}

}  // namespace tomograph
