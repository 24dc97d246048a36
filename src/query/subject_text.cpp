#include "query/subject_text.h"

#include <fmt/format.h>

#include <optional>

namespace tomograph {
namespace {

Error broken(std::string_view text, std::string_view why) {
    return Error(ErrorCode::invalid, fmt::format("the path {} {}", text, why));
}

/// Takes a key in quotes, whose first has been taken; `\` takes the next character as it is.
Result<std::string> take_quoted(std::string_view text, std::size_t& at) {
    std::string key;
    while (at < text.size() && text[at] != '"') {
        if (text[at] == '\\' && at + 1 < text.size()) ++at;
        key += text[at++];
    }
    if (at == text.size()) return broken(text, "lacks a closing quote");
    ++at;
    return key;
}

std::optional<Field> field_of(std::string_view word) {
    for (std::size_t i = 0; i <= static_cast<std::size_t>(Field::last); ++i)
        if (to_text(static_cast<Field>(i)) == word) return static_cast<Field>(i);
    return std::nullopt;
}

}  // namespace

Result<std::string> parse_path_text(std::string_view text) {
    std::string path;
    for (std::size_t at = 0;;) {
        std::string key;
        if (at < text.size() && text[at] == '"') {
            key = TRY(take_quoted(text, ++at));
        } else {
            const std::size_t end = std::min(text.find('.', at), text.size());
            key = text.substr(at, end - at);
            at = end;
        }
        if (key.empty() || key.find(path_separator) != std::string::npos)
            return broken(text, "has an empty key");
        const bool is_first = path.empty();
        if (is_first && key == "annotation") key = "annotations";
        path += (is_first ? "" : std::string(1, path_separator)) + key;
        if (at == text.size()) return path;
        if (text[at++] != '.') return broken(text, "has something behind a closing quote");
    }
}

Result<Subject> parse_subject_text(std::string_view text) {
    Subject subject;
    const auto field = field_of(text);
    if (!field) {
        subject.path = TRY(parse_path_text(text.starts_with('@') ? text.substr(1) : text));
        return subject;
    }
    if (!has_field(Scope::span, *field))
        return Error(ErrorCode::invalid, fmt::format("{} is not known of a span", text));
    subject.field = *field;
    return subject;
}

std::string subject_text(const Subject& subject) {
    if (!subject.is_attribute()) return std::string(to_text(subject.field));
    const std::string path = path_text(subject.path);
    return field_of(path) ? "@" + path : path;
}

}  // namespace tomograph
