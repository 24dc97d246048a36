#include "api/xray/segment_batch.h"

#include <simdjson.h>

#include "api/limits.h"

namespace tomograph {

namespace {

namespace ondemand = simdjson::ondemand;

constexpr std::string_view member = "TraceSegmentDocuments";

ApiError missing() { return invalid_request(std::string(member) + " is required"); }

ApiError too_many() {
    return invalid_request(std::string(member) + " holds more than " +
                           std::to_string(documents_per_call_max) + " documents");
}

ApiError not_json() { return serialization_error("the body is not JSON"); }

ApiError wrong_type(std::size_t index) {
    return serialization_error(std::string(member) + "[" + std::to_string(index) +
                               "] must be a string");
}

std::optional<ApiError> read_documents(ondemand::array array, SegmentBatch& batch) {
    for (auto element : array) {
        ondemand::value value;
        if (element.get(value) != simdjson::SUCCESS) return not_json();
        if (batch.documents.size() == documents_per_call_max) return too_many();
        ondemand::json_type type;
        if (value.type().get(type) != simdjson::SUCCESS) return not_json();
        if (type != ondemand::json_type::string) return wrong_type(batch.documents.size());
        std::string_view text;
        // A broken escape spoils its own document only: that one will be refused as empty.
        if (value.get_string().get(text) != simdjson::SUCCESS) text = {};
        batch.documents.push_back(text);
    }
    return std::nullopt;
}

std::optional<ApiError> read_members(ondemand::document& document, SegmentBatch& batch) {
    ondemand::object object;
    const auto error = document.get_object().get(object);
    if (error == simdjson::INCORRECT_TYPE)
        return serialization_error("the body must be a JSON object");
    if (error != simdjson::SUCCESS) return not_json();
    bool is_found = false;
    for (auto field : object) {
        std::string_view key;
        ondemand::value value;
        if (field.unescaped_key().get(key) != simdjson::SUCCESS) return not_json();
        if (field.value().get(value) != simdjson::SUCCESS) return not_json();
        if (key != member) continue;
        ondemand::json_type type;
        if (value.type().get(type) != simdjson::SUCCESS) return not_json();
        if (type == ondemand::json_type::null) continue;
        if (type != ondemand::json_type::array)
            return serialization_error(std::string(member) + " must be a list");
        ondemand::array array;
        if (value.get_array().get(array) != simdjson::SUCCESS) return not_json();
        batch.documents.clear();
        if (auto refusal = read_documents(array, batch)) return refusal;
        is_found = true;
    }
    const char* rest = nullptr;
    if (document.current_location().get(rest) == simdjson::SUCCESS) return not_json();
    return is_found ? std::nullopt : std::optional<ApiError>(missing());
}

}  // namespace

std::optional<ApiError> read_segment_batch(std::string& body, SegmentBatch& batch) {
    if (body.find_first_not_of(" \t\r\n") == std::string::npos) return missing();
    // The parser reads past the end, in whole registers.
    body.reserve(body.size() + simdjson::SIMDJSON_PADDING);
    thread_local ondemand::parser kept;
    ondemand::parser* parser = &kept;
    if (body.size() > kept_body_bytes_max) {
        const auto large = std::make_shared<ondemand::parser>();
        batch.buffers = large;
        parser = large.get();
    }
    ondemand::document document;
    if (parser->iterate(body).get(document) != simdjson::SUCCESS) return not_json();
    return read_members(document, batch);
}

}  // namespace tomograph
