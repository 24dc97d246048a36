#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "wire/otlp/known_keys.h"

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
    std::uint8_t known = unknown_key;  ///< the key's number in known_keys
};

/// In the order of the wire, repetitions too.
class WireAttributes {
 public:
    /// Adds a KeyValue. Throws protozero::exception where the bytes are none.
    void read(std::string_view key_value);
    void push_back(const WireAttribute& attribute) {
        list_.push_back(attribute);
        places_[attribute.known] = static_cast<std::uint32_t>(list_.size());
    }
    /// Keeps its room.
    void clear() {
        for (const WireAttribute& each : list_) places_[each.known] = 0;
        list_.clear();
    }
    bool empty() const { return list_.empty(); }
    std::size_t size() const { return list_.size(); }
    auto begin() const { return list_.begin(); }
    auto end() const { return list_.end(); }

    /// The value of the last one of that key; null when there is none.
    const WireValue* find(KnownKey key) const {
        const std::uint32_t place = places_[key.index()];
        return place == 0 ? nullptr : &list_[place - 1].value;
    }

 private:
    std::vector<WireAttribute> list_;
    /// Of the last one of each known key, counted from 1; 0: there is none.
    std::array<std::uint32_t, known_keys.size() + 1> places_{};
};

// These throw protozero::exception where the bytes are no message.

WireValue read_value(std::string_view any_value);
/// One KeyValue.
WireAttribute read_attribute(std::string_view key_value);

/// Appends a value as SpanJson writes it: JSON that reads back to the same value.
void append_json(const WireValue& value, std::string& out);
/// {"key":value,…}
void append_json(const WireAttributes& attributes, std::string& out);
/// A text that may not be UTF-8, as a JSON string.
void append_quoted_text(std::string_view text, std::string& out);

}  // namespace tomograph
