#pragma once

#include <string_view>

#include "base/ascii.h"

namespace tomograph {

/// Whether all of `text` fits `pattern`, where `*` stands for any characters, none too, and `?` for
/// exactly one byte. The case of A to Z does not count. Cost: at most the product of the lengths;
/// no memory.
constexpr bool matches_wildcard(std::string_view pattern, std::string_view text) {
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t star = std::string_view::npos;  // the last one passed, to go back to
    std::size_t star_text = 0;                  // where the text went on behind it
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            star_text = t;
        } else if (p < pattern.size() &&
                   (pattern[p] == '?' || to_lower_ascii(pattern[p]) == to_lower_ascii(text[t]))) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++star_text;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

}  // namespace tomograph
