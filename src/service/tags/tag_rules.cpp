#include "service/tags/tag_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "service/limits.h"
#include "service/text_length.h"

namespace tomograph {
namespace {

/// Letters of any script pass: of those beyond ASCII only the bytes are looked at.
bool is_allowed(char c) {
    constexpr std::string_view others = " _.:/=+-@";
    return static_cast<unsigned char>(c) >= 0x80 || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           others.find(c) != std::string_view::npos;
}

bool is_reserved(std::string_view key) {
    constexpr std::string_view prefix = "aws:";
    return key.size() >= prefix.size() &&
           std::equal(prefix.begin(), prefix.end(), key.begin(), [](char expected, char c) {
               return expected == (c | 0x20) || expected == c;
           });
}

Result<void> check_text(std::string_view what, std::string_view text, std::size_t characters_max) {
    const std::size_t characters = characters_of(text);
    if (characters > characters_max)
        return Error(ErrorCode::invalid, fmt::format("a tag's {} has {} characters, at most {}",
                                                     what, characters, characters_max));
    if (!std::all_of(text.begin(), text.end(), is_allowed))
        return Error(
            ErrorCode::invalid,
            fmt::format("a tag's {} may hold letters, digits, spaces and _ . : / = + - @", what));
    return {};
}

}  // namespace

Result<Tags> check_tags(const TagList& tags) {
    if (tags.size() > tags_per_request_max)
        return Error(ErrorCode::invalid,
                     fmt::format("{} tags, at most {}", tags.size(), tags_per_request_max));
    Tags checked;
    for (const auto& [key, value] : tags) {
        if (key.empty()) return Error(ErrorCode::invalid, "a tag's key is empty");
        TRY(check_text("key", key, tag_key_characters_max));
        TRY(check_text("value", value, tag_value_characters_max));
        if (is_reserved(key))
            return Error(ErrorCode::invalid, "tag keys that begin with aws: are reserved");
        if (!checked.emplace(key, value).second)
            return Error(ErrorCode::invalid, fmt::format("tag key {} stands twice", key));
    }
    return checked;
}

}  // namespace tomograph
