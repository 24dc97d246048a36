#include "api/document_array.h"

namespace tomograph {

namespace {

constexpr std::string_view blanks = " \t\r\n";

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// The place behind the string that begins at `at`, or the end when it is not closed.
std::size_t skip_string(std::string_view json, std::size_t at) {
    for (++at; at < json.size() && json[at] != '"'; ++at)
        if (json[at] == '\\') ++at;
    return at;
}

}  // namespace

std::optional<std::vector<std::string_view>> split_array(std::string_view json,
                                                         std::size_t elements_max) {
    json = trim(json);
    if (json.size() < 2 || json.front() != '[' || json.back() != ']') return std::nullopt;
    json = json.substr(1, json.size() - 2);

    std::vector<std::string_view> elements;
    if (trim(json).empty()) return elements;
    std::size_t depth = 0;
    std::size_t start = 0;
    for (std::size_t at = 0; at < json.size(); ++at) {
        const char c = json[at];
        if (c == '"') {
            at = skip_string(json, at);
            if (at >= json.size()) return std::nullopt;
        } else if (c == '{' || c == '[') {
            ++depth;
        } else if (c == '}' || c == ']') {
            if (depth-- == 0) return std::nullopt;
        } else if (c == ',' && depth == 0) {
            elements.push_back(trim(json.substr(start, at - start)));
            start = at + 1;
            if (elements.size() >= elements_max) return std::nullopt;
        }
    }
    if (depth != 0) return std::nullopt;
    elements.push_back(trim(json.substr(start)));
    return elements;
}

}  // namespace tomograph
