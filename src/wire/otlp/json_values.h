#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wire/json/json_cursor.h"
#include "wire/otlp/otlp_span.h"

namespace tomograph {

// Each takes the value ahead, all of it; one of another kind is passed over.

/// A text, also a number as it is written.
std::optional<std::string> take_text(JsonCursor& json);
/// A boolean, number or text.
std::optional<OtlpValue> take_scalar(JsonCursor& json);
/// Any value as append_json() of WireValue wrote it. cost: O(text), nested as deep as JSON may be
OtlpValue take_value(JsonCursor& json);
/// The members of an object; nothing of another kind.
OtlpAttributes take_map(JsonCursor& json);
/// The texts of an array; others in it are passed over.
std::vector<std::string> take_texts(JsonCursor& json);

/// From a member of an object to the attribute that holds it.
using MemberNames = std::initializer_list<std::pair<std::string_view, std::string_view>>;

/// The attribute of a member; "" when the table has none.
std::string_view attribute_of(MemberNames names, std::string_view member);

/// Sets the scalar ahead under `key`; passes it over when key is "".
void take_attribute(JsonCursor& json, OtlpAttributes& attributes, std::string_view key);
/// The same, as a text.
void take_text_attribute(JsonCursor& json, OtlpAttributes& attributes, std::string_view key);

}  // namespace tomograph
