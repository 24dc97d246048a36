#include "cli/json.h"

#include <fmt/format.h>
#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <utility>

namespace tomograph::cli {
namespace {

using Value = rapidjson::Value;

const Value* as_value(const void* value) { return static_cast<const Value*>(value); }

/// Writes iteratively what Value::Accept would by recursion on deep values: answers nest a handful
/// of levels, documents inside of them are text, so the depth is bounded here instead.
constexpr std::size_t written_depth_max = 512;

std::size_t depth_of(const Value& value, std::size_t level) {
    if (level > written_depth_max) return level;
    std::size_t deepest = level;
    if (value.IsArray())
        for (const Value& element : value.GetArray())
            deepest = std::max(deepest, depth_of(element, level + 1));
    if (value.IsObject())
        for (const auto& member : value.GetObject())
            deepest = std::max(deepest, depth_of(member.value, level + 1));
    return deepest;
}

}  // namespace

bool Json::is_object() const { return value_ != nullptr && as_value(value_)->IsObject(); }

bool Json::is_array() const { return value_ != nullptr && as_value(value_)->IsArray(); }

bool Json::is_text() const { return value_ != nullptr && as_value(value_)->IsString(); }

bool Json::is_number() const { return value_ != nullptr && as_value(value_)->IsNumber(); }

Json Json::operator[](std::string_view name) const {
    if (!is_object()) return {};
    const Value key(
        rapidjson::StringRef(name.data(), static_cast<rapidjson::SizeType>(name.size())));
    const auto member = as_value(value_)->FindMember(key);
    if (member == as_value(value_)->MemberEnd() || member->value.IsNull()) return {};
    return Json(&member->value);
}

std::vector<std::string> Json::members() const {
    std::vector<std::string> names;
    if (!is_object()) return names;
    for (const auto& member : as_value(value_)->GetObject())
        names.emplace_back(member.name.GetString(), member.name.GetStringLength());
    return names;
}

std::size_t Json::size() const { return is_array() ? as_value(value_)->Size() : 0; }

Json Json::at(std::size_t i) const {
    if (i >= size()) return {};
    return Json(&(*as_value(value_))[static_cast<rapidjson::SizeType>(i)]);
}

std::string_view Json::text() const {
    if (!is_text()) return {};
    return {as_value(value_)->GetString(), as_value(value_)->GetStringLength()};
}

double Json::number(double otherwise) const {
    return is_number() ? as_value(value_)->GetDouble() : otherwise;
}

bool Json::boolean() const {
    return value_ != nullptr && as_value(value_)->IsBool() && as_value(value_)->GetBool();
}

std::string Json::to_json() const {
    if (value_ == nullptr || depth_of(*as_value(value_), 0) > written_depth_max) return "null";
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    as_value(value_)->Accept(writer);
    return json_for_terminal({buffer.GetString(), buffer.GetSize()});
}

struct JsonDocument::Parsed {
    rapidjson::Document document;
};

JsonDocument::JsonDocument(std::unique_ptr<Parsed> parsed) : parsed_(std::move(parsed)) {}
JsonDocument::JsonDocument(JsonDocument&&) noexcept = default;
JsonDocument& JsonDocument::operator=(JsonDocument&&) noexcept = default;
JsonDocument::~JsonDocument() = default;

Result<JsonDocument> JsonDocument::parse(std::string_view text) {
    auto parsed = std::make_unique<Parsed>();
    parsed->document.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseFullPrecisionFlag>(
        text.data(), text.size());
    if (parsed->document.HasParseError())
        return Error(ErrorCode::invalid,
                     fmt::format("not JSON at byte {}", parsed->document.GetErrorOffset()));
    return JsonDocument(std::move(parsed));
}

Json JsonDocument::root() const { return Json(static_cast<const Value*>(&parsed_->document)); }

std::string json_for_terminal(std::string_view json) {
    std::string out;
    out.reserve(json.size());
    for (std::size_t i = 0; i < json.size(); ++i) {
        const auto byte = [&](std::size_t n) {
            return i + n < json.size() ? static_cast<unsigned char>(json[i + n]) : 0U;
        };
        const unsigned lead = byte(0);
        if (lead == 0x7f || (lead < 0x20 && lead != '\n' && lead != '\r' && lead != '\t')) {
            out += fmt::format("\\u{:04x}", lead);
        } else if (lead == 0xc2 && byte(1) >= 0x80 && byte(1) <= 0x9f) {  // C1 controls
            out += fmt::format("\\u{:04x}", byte(1));
            i += 1;
        } else if (lead == 0xe2 && ((byte(1) == 0x80 && (byte(2) == 0x8e || byte(2) == 0x8f ||
                                                         (byte(2) >= 0xa8 && byte(2) <= 0xae))) ||
                                    (byte(1) == 0x81 && byte(2) >= 0xa6 && byte(2) <= 0xa9))) {
            out += fmt::format("\\u{:04x}", 0x2000U | (byte(1) & 0x3fU) << 6 | (byte(2) & 0x3fU));
            i += 2;
        } else {
            out += json[i];
        }
    }
    return out;
}

std::string json_quoted(std::string_view text) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
    return json_for_terminal({buffer.GetString(), buffer.GetSize()});
}

}  // namespace tomograph::cli
