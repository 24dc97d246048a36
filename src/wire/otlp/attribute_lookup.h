#pragma once

#include <initializer_list>
#include <optional>
#include <string_view>

#include "wire/otlp/wire_value.h"

namespace tomograph {

// Semantic conventions name one thing differently from generation to generation: the first key that
// is there counts.

/// The first text that is not empty; "" when there is none.
std::string_view text_of(const WireAttributes& attributes, std::initializer_list<KnownKey> keys);

/// The first integer, also one that stands as a text or a whole double.
std::optional<std::int64_t> integer_of(const WireAttributes& attributes,
                                       std::initializer_list<KnownKey> keys);

/// The texts of an array, or a text alone.
std::vector<std::string_view> texts_of(const WireAttributes& attributes, KnownKey key);

}  // namespace tomograph
