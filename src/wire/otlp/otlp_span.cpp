#include "wire/otlp/otlp_span.h"

#include <algorithm>
#include <array>

namespace tomograph {
namespace {

constexpr std::array<std::string_view, 6> kind_names = {"UNSPECIFIED", "INTERNAL", "SERVER",
                                                        "CLIENT",      "PRODUCER", "CONSUMER"};
constexpr std::array<std::string_view, 3> status_names = {"UNSET", "OK", "ERROR"};

void append_big_endian(std::uint64_t value, std::string& out) {
    for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xff);
}

}  // namespace

void set_attribute(OtlpAttributes& attributes, std::string_view key, OtlpValue value) {
    const auto place = std::ranges::find(attributes, key, &OtlpAttribute::key);
    if (place != attributes.end())
        place->value = std::move(value);
    else
        attributes.push_back({std::string(key), std::move(value)});
}

const OtlpValue* find_attribute(const OtlpAttributes& attributes, std::string_view key) {
    const auto place = std::ranges::find(attributes, key, &OtlpAttribute::key);
    return place == attributes.end() ? nullptr : &place->value;
}

OtlpArray to_array(std::vector<std::string> texts) {
    OtlpArray array;
    for (std::string& text : texts) array.emplace_back(std::move(text));
    return array;
}

std::string_view to_text(OtlpKind kind) {
    const auto number = static_cast<std::size_t>(kind);
    return number < kind_names.size() ? kind_names[number] : std::string_view();
}

std::string_view to_text(OtlpStatus status) {
    const auto number = static_cast<std::size_t>(status);
    return number < status_names.size() ? status_names[number] : std::string_view();
}

std::string id_bytes(TraceId id) {
    std::string bytes;
    append_big_endian(id.high, bytes);
    append_big_endian(id.low, bytes);
    return bytes;
}

std::string id_bytes(SpanId id) {
    std::string bytes;
    append_big_endian(id.value, bytes);
    return bytes;
}

}  // namespace tomograph
