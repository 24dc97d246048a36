#include "demo/json_object.h"

#include <fmt/format.h>

namespace tomograph::demo {

std::string quoted(std::string_view value) {
    std::string out = "\"";
    for (const char c : value) {
        if (c == '"' || c == '\\') out += '\\';
        if (static_cast<unsigned char>(c) < 0x20)
            out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        else
            out += c;
    }
    return out + "\"";
}

JsonObject& JsonObject::text(std::string_view key, std::string_view value) {
    return raw(key, quoted(value));
}

JsonObject& JsonObject::number(std::string_view key, double value) {
    return raw(key, fmt::format("{}", value));
}

JsonObject& JsonObject::seconds(std::string_view key, std::int64_t epoch_ns) {
    const std::int64_t us = epoch_ns / 1'000;
    return raw(key, fmt::format("{}.{:06}", us / 1'000'000, us % 1'000'000));
}

JsonObject& JsonObject::array(std::string_view key, const std::vector<std::string>& elements) {
    std::string json = "[";
    for (const std::string& element : elements) {
        if (json.size() > 1) json += ',';
        json += element;
    }
    return raw(key, json + "]");
}

JsonObject& JsonObject::append(const JsonObject& other) {
    if (!members_.empty() && !other.members_.empty()) members_ += ',';
    members_ += other.members_;
    return *this;
}

JsonObject& JsonObject::raw(std::string_view key, std::string_view json) {
    if (!members_.empty()) members_ += ',';
    members_ += fmt::format("\"{}\":{}", key, json);
    return *this;
}

}  // namespace tomograph::demo
