#include "wire/otlp/json_message.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <protozero/pbf_writer.hpp>

#include "base/base64.h"
#include "wire/hex.h"
#include "wire/json/json_index.h"

namespace tomograph {
namespace {

constexpr JsonField array_value_fields[] = {{"values", 1, JsonFieldType::message, &json_any_value}};
constexpr JsonMessage array_value{array_value_fields};
constexpr JsonField map_value_fields[] = {{"values", 1, JsonFieldType::message, &json_key_value}};
constexpr JsonMessage map_value{map_value_fields};

constexpr JsonField any_value_fields[] = {{"stringValue", 1, JsonFieldType::text},
                                          {"boolValue", 2, JsonFieldType::boolean},
                                          {"intValue", 3, JsonFieldType::int64},
                                          {"doubleValue", 4, JsonFieldType::real},
                                          {"arrayValue", 5, JsonFieldType::message, &array_value},
                                          {"kvlistValue", 6, JsonFieldType::message, &map_value},
                                          {"bytesValue", 7, JsonFieldType::base64}};
constexpr JsonField key_value_fields[] = {{"key", 1, JsonFieldType::text},
                                          {"value", 2, JsonFieldType::message, &json_any_value}};
constexpr JsonField resource_fields[] = {{"attributes", 1, JsonFieldType::message, &json_key_value},
                                         {"droppedAttributesCount", 2, JsonFieldType::uint32}};
constexpr JsonField scope_fields[] = {{"name", 1, JsonFieldType::text},
                                      {"version", 2, JsonFieldType::text},
                                      {"attributes", 3, JsonFieldType::message, &json_key_value},
                                      {"droppedAttributesCount", 4, JsonFieldType::uint32}};

class Transcoder {
 public:
    /// bytes  what `out` of message() writes into
    Transcoder(JsonCursor& json, const std::string& bytes) : json_(json), bytes_(bytes) {}

    void message(const JsonMessage& shape, protozero::pbf_writer& out) {
        if (json_.kind() != JsonKind::object) return json_.fail("expected an object");
        json_.members([&](std::string_view key) {
            const auto field = std::find_if(shape.fields.begin(), shape.fields.end(),
                                            [&](const JsonField& each) { return each.key == key; });
            if (field == shape.fields.end() || json_.kind() == JsonKind::null) return json_.skip();
            value(*field, out);
        });
    }

 private:
    void value(const JsonField& field, protozero::pbf_writer& out) {
        const auto one = [&] {
            if (field.type == JsonFieldType::message) return sub_message(field, out);
            scalar(field, out);
        };
        if (json_.kind() != JsonKind::array) return one();
        json_.elements(one);
    }

    void sub_message(const JsonField& field, protozero::pbf_writer& out) {
        const std::size_t before = bytes_.size();
        {
            protozero::pbf_writer inner(out, field.tag);
            message(*field.message, inner);
        }
        // A message without fields is taken back by its writer, but an element may be one.
        if (bytes_.size() == before) out.add_message(field.tag, std::string());
    }

    void scalar(const JsonField& field, protozero::pbf_writer& out) {
        switch (field.type) {
            case JsonFieldType::text:
                out.add_string(field.tag, text());
                return;
            case JsonFieldType::hex:
                return bytes(field, hex_decode(text()), "expected hexadecimal digits", out);
            case JsonFieldType::base64:
                return bytes(field, base64_decode(text()), "expected base64", out);
            case JsonFieldType::boolean:
                out.add_bool(field.tag, json_.take_boolean());
                return;
            case JsonFieldType::int64:
                out.add_int64(field.tag, integer<std::int64_t>());
                return;
            case JsonFieldType::uint64:
                out.add_uint64(field.tag, integer<std::uint64_t>());
                return;
            case JsonFieldType::uint32:
                out.add_uint32(field.tag, integer<std::uint32_t>());
                return;
            case JsonFieldType::sint32:
                out.add_sint32(field.tag, integer<std::int32_t>());
                return;
            case JsonFieldType::sfixed64:
                out.add_sfixed64(field.tag, integer<std::int64_t>());
                return;
            case JsonFieldType::fixed64:
                out.add_fixed64(field.tag, integer<std::uint64_t>());
                return;
            case JsonFieldType::fixed32:
                out.add_fixed32(field.tag, integer<std::uint32_t>());
                return;
            case JsonFieldType::real:
                out.add_double(field.tag, real());
                return;
            case JsonFieldType::enumeration:
                out.add_enum(field.tag, enumeration(field.names));
                return;
            case JsonFieldType::message:
                return;
        }
    }

    void bytes(const JsonField& field, const std::optional<std::string>& decoded,
               const char* expected, protozero::pbf_writer& out) {
        if (!decoded) return json_.fail(expected);
        out.add_bytes(field.tag, *decoded);
    }

    std::string text() {
        std::string scratch;
        return std::string(json_.take_string(scratch));
    }

    /// The digits of a number, or of a text that holds one.
    std::string digits() {
        return json_.kind() == JsonKind::string ? text() : std::string(json_.take_number());
    }

    template <class Integer>
    Integer integer() {
        const std::string written = digits();
        Integer value = 0;
        const char* end = written.data() + written.size();
        const auto [at, error] = std::from_chars(written.data(), end, value);
        if (error != std::errc{} || at != end) json_.fail("expected an integer");
        return value;
    }

    double real() {
        const std::string written = digits();
        if (written == "NaN") return std::numeric_limits<double>::quiet_NaN();
        if (written == "Infinity") return std::numeric_limits<double>::infinity();
        if (written == "-Infinity") return -std::numeric_limits<double>::infinity();
        double value = 0;
        const char* end = written.data() + written.size();
        const auto [at, error] = std::from_chars(written.data(), end, value);
        if (error != std::errc{} || at != end) json_.fail("expected a number");
        return value;
    }

    std::int32_t enumeration(std::span<const std::string_view> names) {
        if (json_.kind() != JsonKind::string) return integer<std::int32_t>();
        const std::string written = text();
        const auto found = std::find(names.begin(), names.end(), written);
        if (found != names.end()) return static_cast<std::int32_t>(found - names.begin());
        json_.fail("expected a number or a name of the enumeration");
        return 0;
    }

    JsonCursor& json_;
    const std::string& bytes_;
};

}  // namespace

const JsonMessage json_any_value{any_value_fields};
const JsonMessage json_key_value{key_value_fields};
const JsonMessage json_resource{resource_fields};
const JsonMessage json_scope{scope_fields};

Result<std::string> protobuf_of_json(std::string_view json, const JsonMessage& message) {
    JsonIndex index;
    JsonCursor cursor = TRY(index.read(json));
    std::string out;
    protozero::pbf_writer writer(out);
    Transcoder(cursor, out).message(message, writer);
    if (cursor.failed()) return Error(ErrorCode::invalid, cursor.failure());
    if (!cursor.at_end()) return Error(ErrorCode::invalid, "there is more behind the JSON object");
    return out;
}

}  // namespace tomograph
