#include "wire/otlp/attribute_lookup.h"

#include <charconv>
#include <cmath>

#include "wire/otlp/wire_reader.h"

namespace tomograph {

std::optional<std::int64_t> as_integer(const WireValue& value) {
    if (value.kind == WireValue::Kind::integer) return value.integer;
    if (value.kind == WireValue::Kind::number) {
        constexpr double exact_max = 9007199254740992.0;  // 2^53
        const bool is_whole = std::floor(value.number) == value.number;
        if (is_whole && std::abs(value.number) <= exact_max)
            return static_cast<std::int64_t>(value.number);
        return std::nullopt;
    }
    std::int64_t parsed = 0;
    const char* end = value.text.data() + value.text.size();
    const auto [at, error] = std::from_chars(value.text.data(), end, parsed);
    if (value.kind != WireValue::Kind::text || error != std::errc{} || at != end)
        return std::nullopt;
    return parsed;
}

std::vector<std::string_view> texts_of(const WireAttributes& attributes, KnownKey key) {
    std::vector<std::string_view> texts;
    const WireValue* value = attributes.find(key);
    if (value == nullptr) return texts;
    if (value->kind == WireValue::Kind::text) return {value->text};
    if (value->kind != WireValue::Kind::array) return texts;
    WireReader reader(value->text);
    while (reader.next(1)) {
        const WireValue each = read_value(reader.view());
        if (each.kind == WireValue::Kind::text) texts.push_back(each.text);
    }
    return texts;
}

}  // namespace tomograph
