#include "wire/json/value_scan.h"

namespace tomograph {
namespace {

constexpr std::string_view space = " \t\r\n";

/// `at` is the opening quote; returns what follows the closing one.
std::size_t scan_string(std::string_view text, std::size_t at) {
    for (++at;; at += 2) {
        at = text.find_first_of("\"\\", at);
        if (at == std::string_view::npos) return at;
        if (text[at] == '"') return at + 1;
    }
}

std::size_t scan_container(std::string_view text, std::size_t at) {
    std::size_t depth = 0;
    while (at < text.size()) {
        switch (text[at]) {
            case '"':
                at = scan_string(text, at);
                continue;
            case '{':
            case '[':
                ++depth;
                break;
            case '}':
            case ']':
                if (--depth == 0) return at + 1;
                break;
            default:
                break;
        }
        ++at;
    }
    return std::string_view::npos;
}

}  // namespace

std::size_t skip_space(std::string_view text, std::size_t at) {
    at = text.find_first_not_of(space, at);
    return at == std::string_view::npos ? text.size() : at;
}

std::size_t scan_value(std::string_view text, std::size_t at) {
    if (at >= text.size()) return std::string_view::npos;
    switch (text[at]) {
        case '{':
        case '[':
            return scan_container(text, at);
        case '"':
            return scan_string(text, at);
        default:
            break;
    }
    const std::size_t end = text.find_first_of(",]} \t\r\n", at);
    return end == std::string_view::npos ? text.size() : end;
}

}  // namespace tomograph
