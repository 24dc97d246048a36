#include "store/logs/log_filter.h"

#include <algorithm>
#include <cstring>

#include "base/ascii.h"
#include "wire/json/escapes.h"

namespace tomograph {
namespace {

std::string folded(std::string_view text) {
    std::string lower(text);
    for (char& c : lower) c = to_lower_ascii(c);
    return lower;
}

std::string json_quoted(std::string_view text) {
    std::string quoted;
    append_quoted(text, quoted);
    return quoted;
}

bool equals_at(std::string_view text, std::size_t at, std::string_view needle) {
    for (std::size_t i = 0; i < needle.size(); ++i)
        if (to_lower_ascii(text[at + i]) != needle[i]) return false;
    return true;
}

}  // namespace

bool contains_folded(std::string_view text, std::string_view needle) {
    if (needle.empty()) return true;
    if (text.size() < needle.size()) return false;
    // Candidates by the first byte in either case: memchr looks at 32 bytes at once.
    const char low = needle.front();
    const char high = low >= 'a' && low <= 'z' ? static_cast<char>(low - ('a' - 'A')) : low;
    const std::size_t last = text.size() - needle.size();
    const auto find = [&](char c, std::size_t from) {
        if (from > last) return text.size();
        const void* found = std::memchr(text.data() + from, c, last - from + 1);
        return found == nullptr
                   ? text.size()
                   : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
    };
    std::size_t next_low = find(low, 0);
    std::size_t next_high = low == high ? text.size() : find(high, 0);
    while (true) {
        const std::size_t at = std::min(next_low, next_high);
        if (at > last) return false;
        if (equals_at(text, at, needle)) return true;
        if (at == next_low)
            next_low = find(low, at + 1);
        else
            next_high = find(high, at + 1);
    }
}

LogFilter::LogFilter(const LogQuery& query) : query_(query) {
    for (const std::string& text : query.texts)
        if (!text.empty()) needles_.push_back(folded(text));
    for (const LogCondition& condition : query.attributes)
        conditions_.push_back({.key = condition.key,
                               .plain = condition.value,
                               .quoted = json_quoted(condition.value)});
}

bool LogFilter::may_match(const LogRow& row) const {
    if (!query_.range.contains(row.place.time)) return false;
    if (query_.before && row.place >= *query_.before) return false;
    if (query_.as_of && row.place.lsn > *query_.as_of) return false;
    if (row.place.lsn <= query_.after) return false;
    if (row.severity < query_.severity_min) return false;
    if (query_.trace && row.trace_id != *query_.trace) return false;
    return !query_.span || row.span_id == *query_.span;
}

bool LogFilter::takes_stream(const LogStream& stream) const {
    const auto& services = query_.services;
    return services.empty() ||
           std::find(services.begin(), services.end(), stream.service) != services.end();
}

bool LogFilter::matches(const LogRow& row, const LogStream& stream) const {
    for (const Condition& condition : conditions_) {
        const auto found =
            std::find_if(row.attributes.begin(), row.attributes.end(),
                         [&](const auto& attribute) { return attribute.first == condition.key; });
        const auto is_value = [&](std::string_view value) {
            return value == condition.quoted || value == condition.plain;
        };
        if (found != row.attributes.end()) {
            if (!is_value(found->second)) return false;
            continue;
        }
        // Of the resource: its text is an object of the same values.
        const std::string member = json_quoted(condition.key) + ":";
        bool is_there = false;
        for (const std::string& value : {condition.quoted, condition.plain}) {
            const std::string pair = member + value;
            const auto at = stream.resource.find(pair);
            if (at == std::string::npos) continue;
            const char behind =
                at + pair.size() < stream.resource.size() ? stream.resource[at + pair.size()] : ' ';
            is_there |= behind == ',' || behind == '}';
        }
        if (!is_there) return false;
    }
    return std::all_of(needles_.begin(), needles_.end(), [&](const std::string& needle) {
        if (contains_folded(row.body, needle)) return true;
        return std::any_of(
            row.attributes.begin(), row.attributes.end(),
            [&](const auto& attribute) { return contains_folded(attribute.second, needle); });
    });
}

}  // namespace tomograph
