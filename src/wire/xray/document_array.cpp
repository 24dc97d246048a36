#include "wire/xray/document_array.h"

#include <fmt/format.h>

#include "wire/json/value_scan.h"

namespace tomograph {
namespace {

Error misplaced(std::size_t at, std::string_view wanted) {
    return Error(ErrorCode::invalid,
                 fmt::format("array of documents: byte {}: expected {}", at, wanted));
}

bool is_at(std::string_view text, std::size_t at, char wanted) {
    return at < text.size() && text[at] == wanted;
}

/// `at` is behind the opening bracket; returns what follows the closing one.
Result<std::size_t> split_elements(std::string_view text, std::size_t at, std::size_t documents_max,
                                   std::vector<std::string_view>& elements) {
    at = skip_space(text, at);
    if (is_at(text, at, ']')) return at + 1;
    for (;;) {
        const std::size_t end = scan_value(text, at);
        if (end == std::string_view::npos || end == at) return misplaced(at, "a document");
        if (elements.size() == documents_max)
            return Error(ErrorCode::limit,
                         fmt::format("array of more than {} documents", documents_max));
        elements.push_back(text.substr(at, end - at));
        at = skip_space(text, end);
        if (is_at(text, at, ']')) return at + 1;
        if (!is_at(text, at, ',')) return misplaced(at, "',' or ']'");
        at = skip_space(text, at + 1);
    }
}

}  // namespace

Result<std::vector<std::string_view>> split_documents(std::string_view text,
                                                      std::size_t documents_max) {
    const std::size_t begin = skip_space(text, 0);
    if (!is_at(text, begin, '[')) return std::vector{text};
    std::vector<std::string_view> elements;
    const std::size_t end = TRY(split_elements(text, begin + 1, documents_max, elements));
    const std::size_t rest = skip_space(text, end);
    if (rest != text.size()) return misplaced(rest, "nothing behind the array");
    return elements;
}

}  // namespace tomograph
