#include "api/own/query_parameters.h"

#include <fmt/format.h>

#include <charconv>

#include "api/timestamp.h"
#include "wire/json/utf8.h"

namespace tomograph {
namespace {

std::optional<int> hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return std::nullopt;
}

}  // namespace

std::optional<std::string> url_decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i] == '+' ? ' ' : text[i];
            continue;
        }
        if (i + 2 >= text.size()) return std::nullopt;
        const auto high = hex_digit(text[i + 1]);
        const auto low = hex_digit(text[i + 2]);
        if (!high || !low) return std::nullopt;
        out += static_cast<char>(*high * 16 + *low);
        i += 2;
    }
    return is_utf8(out) ? std::optional(std::move(out)) : std::nullopt;
}

QueryParameters::QueryParameters(std::string_view query) {
    while (!query.empty()) {
        const std::size_t end = std::min(query.find('&'), query.size());
        const std::string_view pair = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        const std::size_t equals = std::min(pair.find('='), pair.size());
        const auto name = url_decoded(pair.substr(0, equals));
        const auto value = url_decoded(pair.substr(std::min(equals + 1, pair.size())));
        if (!name || !value)
            refuse(fmt::format("{} is not percent-encoded UTF-8", quoted(pair)));
        else if (!value->empty())
            all_.emplace_back(*name, *value);
    }
    for (const auto& [name, value] : all_) values_[name] = value;
    unread_ = values_;
}

void QueryParameters::refuse(std::string sentence) {
    if (!refusal_) refusal_ = invalid_request(std::move(sentence));
}

void QueryParameters::refuse_value(std::string_view name, std::string_view sentence) {
    refuse(fmt::format("{} {}", name, sentence));
}

void QueryParameters::refuse_others() {
    if (!unread_.empty())
        refuse(fmt::format("there is no parameter {}", quoted(unread_.begin()->first)));
}

std::optional<std::string> QueryParameters::text(std::string_view name) {
    const auto unread = unread_.find(name);
    if (unread != unread_.end()) unread_.erase(unread);
    const auto found = values_.find(name);
    if (found == values_.end()) return std::nullopt;
    return found->second;
}

std::vector<std::string> QueryParameters::texts(std::string_view name) {
    static_cast<void>(text(name));
    std::vector<std::string> values;
    for (const auto& [key, value] : all_)
        if (key == name) values.push_back(value);
    return values;
}

std::optional<std::int64_t> QueryParameters::integer(std::string_view name, std::int64_t min,
                                                     std::int64_t max) {
    const auto given = text(name);
    if (!given) return std::nullopt;
    std::int64_t value = 0;
    const char* const end = given->data() + given->size();
    const auto [stop, error] = std::from_chars(given->data(), end, value);
    if (error == std::errc() && stop == end && value >= min && value <= max) return value;
    refuse_value(name, fmt::format("must be a whole number from {} to {}", min, max));
    return std::nullopt;
}

std::optional<Duration> QueryParameters::seconds(std::string_view name, Duration min,
                                                 Duration max) {
    const auto given = text(name);
    if (!given) return std::nullopt;
    double value = 0;
    const char* const end = given->data() + given->size();
    const auto [stop, error] = std::from_chars(given->data(), end, value);
    if (error == std::errc() && stop == end && value >= min.as_seconds() &&
        value <= max.as_seconds())
        return Duration{static_cast<std::int64_t>(value * 1e9)};
    refuse_value(name,
                 fmt::format("must be seconds from {} to {}", min.as_seconds(), max.as_seconds()));
    return std::nullopt;
}

std::optional<Instant> QueryParameters::timestamp(std::string_view name) {
    const auto given = text(name);
    if (!given) return std::nullopt;
    const auto instant = timestamp_from(std::string_view(*given));
    if (instant) return *instant;
    refuse_value(name, fmt::format("is not a time: {}", quoted(instant.error().message())));
    return std::nullopt;
}

std::optional<bool> QueryParameters::boolean(std::string_view name) {
    const auto given = text(name);
    if (!given) return std::nullopt;
    if (*given != "true" && *given != "false") refuse_value(name, "must be true or false");
    return *given == "true";
}

}  // namespace tomograph
