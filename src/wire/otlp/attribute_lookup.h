#pragma once

#include <initializer_list>
#include <optional>
#include <string_view>

#include "wire/otlp/wire_value.h"

namespace tomograph {

// Semantic conventions name one thing differently from generation to generation: the first key that
// is there counts.

// Inline: the numbers of the keys are known, and most of what a span may say it does not.

/// The first text that is not empty; "" when there is none.
inline std::string_view text_of(const WireAttributes& attributes,
                                std::initializer_list<KnownKey> keys) {
    for (const KnownKey key : keys) {
        const WireValue* value = attributes.find(key);
        if (value != nullptr && value->kind == WireValue::Kind::text && !value->text.empty())
            return value->text;
    }
    return {};
}

/// An integer, also one that stands as a text or a whole double.
std::optional<std::int64_t> as_integer(const WireValue& value);

/// The first integer.
inline std::optional<std::int64_t> integer_of(const WireAttributes& attributes,
                                              std::initializer_list<KnownKey> keys) {
    for (const KnownKey key : keys)
        if (const WireValue* value = attributes.find(key))
            if (const auto number = as_integer(*value)) return number;
    return std::nullopt;
}

/// The texts of an array, or a text alone.
std::vector<std::string_view> texts_of(const WireAttributes& attributes, KnownKey key);

}  // namespace tomograph
