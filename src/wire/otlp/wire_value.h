#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tomograph {

/// An AnyValue of OTLP as it stands on the wire; borrows from it.
struct WireValue {
    enum class Kind : std::uint8_t { none, text, boolean, integer, number, array, map, bytes };
    Kind kind = Kind::none;
    std::string_view text;  ///< a text or bytes; of an array or a map its message
    std::int64_t integer = 0;
    double number = 0;
    bool boolean = false;

    bool is_scalar() const { return kind > Kind::none && kind < Kind::array; }
};

struct WireAttribute {
    std::string_view key;
    WireValue value;
};
using WireAttributes = std::vector<WireAttribute>;

// These throw protozero::exception where the bytes are no message.

WireValue read_value(std::string_view any_value);
/// One KeyValue.
WireAttribute read_attribute(std::string_view key_value);

/// Appends a value as JSON that reads back to the same value: integers without a point, doubles
/// with one, so that the two stay apart. What JSON has no word for is an object of one member:
/// {"$bytes":"<base64>"}, {"$number":"NaN"}, and {"$map":{…}} for a map that might be taken for one
/// of these. Bytes that are not UTF-8 become U+FFFD. What is nested deeper than value_depth_max is
/// null.
void append_json(const WireValue& value, std::string& out);
/// {"key":value,…}
void append_json(const WireAttributes& attributes, std::string& out);
/// A text that may not be UTF-8, as a JSON string.
void append_quoted_text(std::string_view text, std::string& out);

}  // namespace tomograph
