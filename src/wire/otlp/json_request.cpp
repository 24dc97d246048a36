#include "wire/otlp/json_request.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <protozero/pbf_writer.hpp>
#include <span>

#include "base/base64.h"
#include "wire/hex.h"
#include "wire/json/json_index.h"

namespace tomograph {
namespace {

enum class FieldType {
    text,
    hex,
    base64,
    boolean,
    int64,
    uint32,
    fixed64,
    fixed32,
    real,
    kind,
    code,
    message,
};

struct MessageShape;

struct Field {
    std::string_view key;
    std::uint32_t tag;
    FieldType type;
    const MessageShape* message = nullptr;  ///< of a message, or of each in a list
};

/// Which members a message has in JSON, and where they stand in protobuf.
struct MessageShape {
    std::span<const Field> fields;
};

extern const MessageShape any_value;
extern const MessageShape key_value;

constexpr Field array_value_fields[] = {{"values", 1, FieldType::message, &any_value}};
constexpr MessageShape array_value{array_value_fields};
constexpr Field map_value_fields[] = {{"values", 1, FieldType::message, &key_value}};
constexpr MessageShape map_value{map_value_fields};

constexpr Field any_value_fields[] = {{"stringValue", 1, FieldType::text},
                                      {"boolValue", 2, FieldType::boolean},
                                      {"intValue", 3, FieldType::int64},
                                      {"doubleValue", 4, FieldType::real},
                                      {"arrayValue", 5, FieldType::message, &array_value},
                                      {"kvlistValue", 6, FieldType::message, &map_value},
                                      {"bytesValue", 7, FieldType::base64}};
const MessageShape any_value{any_value_fields};

constexpr Field key_value_fields[] = {{"key", 1, FieldType::text},
                                      {"value", 2, FieldType::message, &any_value}};
const MessageShape key_value{key_value_fields};

constexpr Field resource_fields[] = {{"attributes", 1, FieldType::message, &key_value},
                                     {"droppedAttributesCount", 2, FieldType::uint32}};
constexpr MessageShape resource{resource_fields};

constexpr Field scope_fields[] = {{"name", 1, FieldType::text},
                                  {"version", 2, FieldType::text},
                                  {"attributes", 3, FieldType::message, &key_value},
                                  {"droppedAttributesCount", 4, FieldType::uint32}};
constexpr MessageShape scope{scope_fields};

constexpr Field event_fields[] = {{"timeUnixNano", 1, FieldType::fixed64},
                                  {"name", 2, FieldType::text},
                                  {"attributes", 3, FieldType::message, &key_value},
                                  {"droppedAttributesCount", 4, FieldType::uint32}};
constexpr MessageShape event{event_fields};

constexpr Field link_fields[] = {{"traceId", 1, FieldType::hex},
                                 {"spanId", 2, FieldType::hex},
                                 {"traceState", 3, FieldType::text},
                                 {"attributes", 4, FieldType::message, &key_value},
                                 {"droppedAttributesCount", 5, FieldType::uint32},
                                 {"flags", 6, FieldType::fixed32}};
constexpr MessageShape link{link_fields};

constexpr Field status_fields[] = {{"message", 2, FieldType::text}, {"code", 3, FieldType::code}};
constexpr MessageShape status{status_fields};

constexpr Field span_fields[] = {{"traceId", 1, FieldType::hex},
                                 {"spanId", 2, FieldType::hex},
                                 {"traceState", 3, FieldType::text},
                                 {"parentSpanId", 4, FieldType::hex},
                                 {"name", 5, FieldType::text},
                                 {"kind", 6, FieldType::kind},
                                 {"startTimeUnixNano", 7, FieldType::fixed64},
                                 {"endTimeUnixNano", 8, FieldType::fixed64},
                                 {"attributes", 9, FieldType::message, &key_value},
                                 {"droppedAttributesCount", 10, FieldType::uint32},
                                 {"events", 11, FieldType::message, &event},
                                 {"droppedEventsCount", 12, FieldType::uint32},
                                 {"links", 13, FieldType::message, &link},
                                 {"droppedLinksCount", 14, FieldType::uint32},
                                 {"status", 15, FieldType::message, &status},
                                 {"flags", 16, FieldType::fixed32}};
constexpr MessageShape span_shape{span_fields};

constexpr Field scope_spans_fields[] = {{"scope", 1, FieldType::message, &scope},
                                        {"spans", 2, FieldType::message, &span_shape},
                                        {"schemaUrl", 3, FieldType::text}};
constexpr MessageShape scope_spans{scope_spans_fields};

constexpr Field resource_spans_fields[] = {{"resource", 1, FieldType::message, &resource},
                                           {"scopeSpans", 2, FieldType::message, &scope_spans},
                                           {"schemaUrl", 3, FieldType::text}};
constexpr MessageShape resource_spans{resource_spans_fields};

constexpr Field request_fields[] = {{"resourceSpans", 1, FieldType::message, &resource_spans}};
constexpr MessageShape request{request_fields};

/// Numbers of names that lenient senders write.
constexpr std::array<std::string_view, 6> kind_names = {
    "SPAN_KIND_UNSPECIFIED", "SPAN_KIND_INTERNAL", "SPAN_KIND_SERVER",
    "SPAN_KIND_CLIENT",      "SPAN_KIND_PRODUCER", "SPAN_KIND_CONSUMER"};
constexpr std::array<std::string_view, 3> code_names = {"STATUS_CODE_UNSET", "STATUS_CODE_OK",
                                                        "STATUS_CODE_ERROR"};

class Transcoder {
 public:
    /// bytes  what `out` of message() writes into
    Transcoder(JsonCursor& json, const std::string& bytes) : json_(json), bytes_(bytes) {}

    void message(const MessageShape& shape, protozero::pbf_writer& out) {
        if (json_.kind() != JsonKind::object) return json_.fail("expected an object");
        json_.members([&](std::string_view key) {
            const auto field = std::find_if(shape.fields.begin(), shape.fields.end(),
                                            [&](const Field& each) { return each.key == key; });
            if (field == shape.fields.end() || json_.kind() == JsonKind::null) return json_.skip();
            value(*field, out);
        });
    }

 private:
    void value(const Field& field, protozero::pbf_writer& out) {
        if (field.type != FieldType::message) return scalar(field, out);
        if (json_.kind() != JsonKind::array) return sub_message(field, out);
        json_.elements([&] { sub_message(field, out); });
    }

    void sub_message(const Field& field, protozero::pbf_writer& out) {
        const std::size_t before = bytes_.size();
        {
            protozero::pbf_writer inner(out, field.tag);
            message(*field.message, inner);
        }
        // A message without fields is taken back by its writer, but an element may be one.
        if (bytes_.size() == before) out.add_message(field.tag, std::string());
    }

    void scalar(const Field& field, protozero::pbf_writer& out) {
        switch (field.type) {
            case FieldType::text:
                out.add_string(field.tag, text());
                return;
            case FieldType::hex:
                return bytes(field, hex_decode(text()), "expected hexadecimal digits", out);
            case FieldType::base64:
                return bytes(field, base64_decode(text()), "expected base64", out);
            case FieldType::boolean:
                out.add_bool(field.tag, json_.take_boolean());
                return;
            case FieldType::int64:
                out.add_int64(field.tag, integer<std::int64_t>());
                return;
            case FieldType::uint32:
                out.add_uint32(field.tag, integer<std::uint32_t>());
                return;
            case FieldType::fixed64:
                out.add_fixed64(field.tag, integer<std::uint64_t>());
                return;
            case FieldType::fixed32:
                out.add_fixed32(field.tag, integer<std::uint32_t>());
                return;
            case FieldType::real:
                out.add_double(field.tag, real());
                return;
            case FieldType::kind:
                out.add_enum(field.tag, enumeration(kind_names));
                return;
            case FieldType::code:
                out.add_enum(field.tag, enumeration(code_names));
                return;
            case FieldType::message:
                return;
        }
    }

    void bytes(const Field& field, const std::optional<std::string>& decoded, const char* expected,
               protozero::pbf_writer& out) {
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

Result<std::string> trace_request_of_json(std::string_view json) {
    JsonIndex index;
    JsonCursor cursor = TRY(index.read(json));
    std::string out;
    protozero::pbf_writer writer(out);
    Transcoder(cursor, out).message(request, writer);
    if (cursor.failed()) return Error(ErrorCode::invalid, cursor.failure());
    if (!cursor.at_end()) return Error(ErrorCode::invalid, "there is more behind the JSON object");
    return out;
}

}  // namespace tomograph
