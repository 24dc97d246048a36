#include "service/encryption/named_key.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/ascii.h"
#include "service/limits.h"

namespace tomograph {
namespace {

constexpr std::string_view alias_prefix = "alias/";

bool is_alias_character(char c) {
    constexpr std::string_view others = "/_-";
    const char lower = to_lower_ascii(c);
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') ||
           others.find(c) != std::string_view::npos;
}

Result<NamedKey> parse_one(std::string_view text) {
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos || equals + 1 == text.size())
        return Error(ErrorCode::invalid, fmt::format("'{}' is not alias/NAME=FILE", text));
    const std::string_view alias = text.substr(0, equals);
    if (!alias.starts_with(alias_prefix) || alias.size() == alias_prefix.size() ||
        !std::all_of(alias.begin(), alias.end(), is_alias_character))
        return Error(
            ErrorCode::invalid,
            fmt::format("'{}' is not an alias: alias/ and letters, digits, '/', '_' or '-'",
                        alias));
    return NamedKey{
        .alias = std::string(alias),
        .source = {.kind = KeySource::Kind::file, .text = std::string(text.substr(equals + 1))}};
}

}  // namespace

Result<std::vector<NamedKey>> parse_named_keys(std::string_view text) {
    std::vector<NamedKey> keys;
    while (!text.empty()) {
        const std::size_t comma = std::min(text.find(','), text.size());
        if (comma > 0) {
            NamedKey key = TRY(parse_one(text.substr(0, comma)));
            const bool is_twice = std::any_of(keys.begin(), keys.end(), [&](const NamedKey& each) {
                return each.alias == key.alias;
            });
            if (is_twice)
                return Error(ErrorCode::invalid, fmt::format("'{}' stands twice", key.alias));
            keys.push_back(std::move(key));
        }
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    if (keys.size() > named_keys_max)
        return Error(ErrorCode::invalid,
                     fmt::format("{} keys, at most {}", keys.size(), named_keys_max));
    return keys;
}

}  // namespace tomograph
