#include "wire/otlp/json_values.h"

#include <charconv>
#include <limits>

#include "base/base64.h"

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

/// What an object of one member that begins with '$' stands for; else the object.
OtlpValue marked_value(OtlpAttributes members) {
    if (members.size() != 1) return members;
    const auto& [key, value] = members.front();
    if (key == "$map" && std::holds_alternative<OtlpAttributes>(value)) {
        OtlpAttributes inner = std::get<OtlpAttributes>(value);
        return inner;
    }
    const auto* text = std::get_if<std::string>(&value);
    if (text == nullptr) return members;
    if (key == "$bytes")
        if (auto bytes = base64_decode(*text)) return OtlpBytes{*std::move(bytes)};
    if (key == "$number") {
        constexpr double infinity = std::numeric_limits<double>::infinity();
        if (*text == "NaN") return std::numeric_limits<double>::quiet_NaN();
        if (*text == "Infinity") return infinity;
        if (*text == "-Infinity") return -infinity;
    }
    return members;
}

OtlpValue take_object(JsonCursor& json) {
    OtlpAttributes members;
    json.members([&](std::string_view key) {
        std::string name(key);
        // What stands inside is no mark, whatever its keys are.
        OtlpValue value = name == "$map" ? OtlpValue(take_map(json)) : take_value(json);
        members.push_back({std::move(name), std::move(value)});
    });
    return marked_value(std::move(members));
}

OtlpValue take_list(JsonCursor& json) {
    OtlpArray array;
    json.elements([&] { array.push_back(take_value(json)); });
    return array;
}

}  // namespace

OtlpValue take_value(JsonCursor& json) {
    if (json.kind() == JsonKind::object) return take_object(json);
    if (json.kind() == JsonKind::array) return take_list(json);
    if (auto scalar = take_scalar(json)) return *std::move(scalar);
    return {};
}

OtlpAttributes take_map(JsonCursor& json) {
    OtlpAttributes members;
    json.members([&](std::string_view key) {
        std::string name(key);
        OtlpValue value = take_value(json);
        members.push_back({std::move(name), std::move(value)});
    });
    return members;
}

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
