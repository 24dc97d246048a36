#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tomograph::cli {

/// A value inside a JsonDocument, or nothing. Reading what is not there gives the empty value of
/// its kind, so that readers of answers name the members they want and no more. Borrowed: valid as
/// long as the document.
class Json {
 public:
    Json() = default;

    explicit operator bool() const { return value_ != nullptr; }
    bool is_object() const;
    bool is_array() const;
    bool is_text() const;
    bool is_number() const;

    /// The member of an object; nothing when absent or null.
    Json operator[](std::string_view name) const;
    /// The names of an object's members, in its order.
    std::vector<std::string> members() const;
    /// Elements of an array; 0 for everything else.
    std::size_t size() const;
    Json at(std::size_t i) const;

    std::string_view text() const;
    double number(double otherwise = 0) const;
    bool boolean() const;
    /// The value written down again, on one line.
    std::string to_json() const;

 private:
    friend class JsonDocument;
    explicit Json(const void* value) : value_(value) {}
    const void* value_ = nullptr;
};

/// Parsed JSON text. Any nesting depth is safe: it is parsed without recursion.
class JsonDocument {
 public:
    /// errors  invalid  "not JSON at byte 17"
    static Result<JsonDocument> parse(std::string_view text);
    JsonDocument(JsonDocument&&) noexcept;
    JsonDocument& operator=(JsonDocument&&) noexcept;
    ~JsonDocument();

    Json root() const;

 private:
    struct Parsed;
    explicit JsonDocument(std::unique_ptr<Parsed> parsed);
    std::unique_ptr<Parsed> parsed_;
};

/// `text` as a JSON string with its quotes; control characters and
/// direction overrides are written as \u escapes.
std::string json_quoted(std::string_view text);

/// JSON text with the control characters and direction overrides inside its strings written as \u
/// escapes: equal to a parser, harmless to a terminal.
std::string json_for_terminal(std::string_view json);

}  // namespace tomograph::cli
