#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tomograph {

// OTLP's JSON is protobuf's, but for ids in hex (otlp.md §3): a table for each message says which
// members it has and where they stand in protobuf.

enum class JsonFieldType : std::uint8_t {
    text,
    hex,
    base64,
    boolean,
    int64,
    uint64,
    uint32,
    sint32,
    fixed64,
    sfixed64,
    fixed32,
    real,
    enumeration,
    message,
};

struct JsonMessage;

struct JsonField {
    std::string_view key;
    std::uint32_t tag = 0;
    JsonFieldType type = JsonFieldType::text;
    const JsonMessage* message = nullptr;  ///< of a message, or of each in a list
    /// Of an enumeration: the names of 0, 1, …, which lenient senders write.
    std::span<const std::string_view> names{};
};

struct JsonMessage {
    std::span<const JsonField> fields;
};

// Messages that requests of all signals have.
extern const JsonMessage json_any_value;
extern const JsonMessage json_key_value;
extern const JsonMessage json_resource;
extern const JsonMessage json_scope;

/// The message of a JSON text in protobuf. Members that are not known are passed over, null is
/// absent.
///
/// errors  invalid  not JSON, or a member of another type: "byte 17: expected …"
Result<std::string> protobuf_of_json(std::string_view json, const JsonMessage& message);

}  // namespace tomograph
