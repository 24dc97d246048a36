#include "workload/document_measure.h"

namespace tomograph::workload {

std::uint64_t count_values(std::string_view json) {
    // A scalar ends where a comma or a closing bracket follows something that is not a closing
    // bracket.
    std::uint64_t values = 0;
    bool is_in_text = false;
    char before = 0;
    for (std::size_t i = 0; i < json.size(); ++i) {
        const char c = json[i];
        if (c == '\\') {
            ++i;
            continue;
        }
        if (c == '"') is_in_text = !is_in_text;
        if (is_in_text) continue;
        const bool is_end = c == ',' || c == '}' || c == ']';
        if (is_end && before != '}' && before != ']' && before != '{' && before != '[') ++values;
        before = c;
    }
    return values;
}

}  // namespace tomograph::workload
