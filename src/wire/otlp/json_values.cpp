#include "wire/otlp/json_values.h"

#include <charconv>

namespace tomograph {
namespace {

/// A whole number where it is one, else a double; none is beyond a double.
OtlpValue number_value(std::string_view digits) {
    std::int64_t integer = 0;
    const char* const end = digits.data() + digits.size();
    const auto whole = std::from_chars(digits.data(), end, integer);
    if (whole.ec == std::errc() && whole.ptr == end) return integer;
    double number = 0;
    const auto read = std::from_chars(digits.data(), end, number);
    if (read.ec == std::errc()) return number;
    return std::string(digits);  // 1e999
}

}  // namespace

std::optional<std::string> take_text(JsonCursor& json) {
    if (json.kind() == JsonKind::number) return std::string(json.take_number());
    if (json.kind() != JsonKind::string) {
        json.skip();
        return std::nullopt;
    }
    std::string scratch;
    return std::string(json.take_string(scratch));
}

std::optional<OtlpValue> take_scalar(JsonCursor& json) {
    switch (json.kind()) {
        case JsonKind::boolean:
            return json.take_boolean();
        case JsonKind::number:
            return number_value(json.take_number());
        case JsonKind::string: {
            std::string scratch;
            return std::string(json.take_string(scratch));
        }
        default:
            json.skip();
            return std::nullopt;
    }
}

std::vector<std::string> take_texts(JsonCursor& json) {
    std::vector<std::string> texts;
    json.elements([&] {
        if (auto text = take_text(json)) texts.push_back(*std::move(text));
    });
    return texts;
}

std::string_view attribute_of(MemberNames names, std::string_view member) {
    for (const auto& [name, attribute] : names)
        if (name == member) return attribute;
    return {};
}

void take_attribute(JsonCursor& json, OtlpAttributes& attributes, std::string_view key) {
    if (key.empty()) return json.skip();
    if (auto value = take_scalar(json)) set_attribute(attributes, key, *std::move(value));
}

void take_text_attribute(JsonCursor& json, OtlpAttributes& attributes, std::string_view key) {
    if (key.empty()) return json.skip();
    if (auto text = take_text(json)) set_attribute(attributes, key, *std::move(text));
}

}  // namespace tomograph
