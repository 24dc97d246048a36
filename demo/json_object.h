#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tomograph::demo {

/// The text of a JSON object, member by member in the order given. Keys are ours and need no
/// escaping.
class JsonObject {
 public:
    JsonObject& text(std::string_view key, std::string_view value);
    template <std::integral T>
    JsonObject& number(std::string_view key, T value) {
        return raw(key, std::to_string(value));
    }
    JsonObject& number(std::string_view key, double value);
    /// Epoch seconds with microseconds, as the SDKs print them.
    JsonObject& seconds(std::string_view key, std::int64_t epoch_ns);
    JsonObject& boolean(std::string_view key, bool value) {
        return raw(key, value ? "true" : "false");
    }
    JsonObject& object(std::string_view key, const JsonObject& value) {
        return raw(key, value.to_json());
    }
    JsonObject& array(std::string_view key, const std::vector<std::string>& elements);
    /// All members of `other`, behind those already here.
    JsonObject& append(const JsonObject& other);
    /// `json` is a whole JSON value.
    JsonObject& raw(std::string_view key, std::string_view json);

    bool is_empty() const { return members_.empty(); }
    std::string to_json() const { return "{" + members_ + "}"; }

 private:
    std::string members_;
};

/// `value` as a JSON string with its quotes.
std::string quoted(std::string_view value);

}  // namespace tomograph::demo
