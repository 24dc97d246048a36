#include "store/logs/rest_object.h"

namespace tomograph {
namespace {

/// Behind the string that begins at `at`; the end when it is not closed.
std::size_t end_of_string(std::string_view json, std::size_t at) {
    for (++at; at < json.size(); ++at) {
        if (json[at] == '\\')
            ++at;
        else if (json[at] == '"')
            return at + 1;
    }
    return json.size();
}

/// Behind the value that begins at `at`, which was written without white space.
std::size_t end_of_value(std::string_view json, std::size_t at) {
    std::size_t depth = 0;
    while (at < json.size()) {
        const char c = json[at];
        if (c == '"') {
            at = end_of_string(json, at);
            if (depth == 0) return at;
            continue;
        }
        if (c == '{' || c == '[') ++depth;
        if (c == '}' || c == ']') {
            if (depth == 0) return at;
            if (--depth == 0) return at + 1;
        }
        if (c == ',' && depth == 0) return at;
        ++at;
    }
    return at;
}

}  // namespace

void read_rest_object(std::string_view object, LogRow& row) {
    if (object.size() < 2 || object.front() != '{') return;
    std::size_t at = 1;
    while (at < object.size() && object[at] == '"') {
        const std::size_t key_end = end_of_string(object, at);
        if (key_end < at + 2 || key_end >= object.size() || object[key_end] != ':') return;
        const std::string_view key = object.substr(at + 1, key_end - at - 2);
        const std::size_t value_end = end_of_value(object, key_end + 1);
        row.attributes.emplace_back(key, object.substr(key_end + 1, value_end - key_end - 1));
        if (value_end >= object.size() || object[value_end] != ',') return;
        at = value_end + 1;
    }
}

}  // namespace tomograph
