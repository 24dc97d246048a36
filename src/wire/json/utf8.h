#pragma once

#include <string>
#include <string_view>

namespace tomograph {

bool is_utf8(std::string_view text);

/// `text` where it is UTF-8, else to_utf8() of it in `scratch`.
std::string_view as_utf8(std::string_view text, std::string& scratch);

/// The same text where it is UTF-8; every byte that is part of no character becomes U+FFFD.
std::string to_utf8(std::string_view text);

/// The first characters of valid UTF-8, at most `characters_max` code points.
std::string_view cut_characters(std::string_view text, std::size_t characters_max);

/// One code point of valid UTF-8.
struct Utf8Character {
    char32_t value = 0;
    std::size_t bytes = 1;
};

/// The code point at the front of `text`, which is valid UTF-8 and not empty.
Utf8Character front_character(std::string_view text);

void append_utf8(char32_t character, std::string& out);

}  // namespace tomograph
