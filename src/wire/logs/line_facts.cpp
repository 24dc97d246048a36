#include "wire/logs/line_facts.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"

namespace tomograph {
namespace {

constexpr std::size_t trace_digits = 32;
constexpr std::size_t span_digits = 16;
constexpr std::size_t xray_length = 35;  // 1-8-24
/// What may stand between a name and its value: `": "`.
constexpr std::size_t gap_max = 5;

bool is_hex(char c) {
    const char lower = to_lower_ascii(c);
    return (c >= '0' && c <= '9') || (lower >= 'a' && lower <= 'f');
}

bool is_letter_or_digit(char c) {
    const char lower = to_lower_ascii(c);
    return (c >= '0' && c <= '9') || (lower >= 'a' && lower <= 'z');
}

/// Exactly `count` hexadecimal digits at `at`, and none behind them.
bool has_digits(std::string_view text, std::size_t at, std::size_t count) {
    if (at > text.size() || text.size() - at < count) return false;
    for (std::size_t i = 0; i < count; ++i)
        if (!is_hex(text[at + i])) return false;
    return at + count == text.size() || !is_letter_or_digit(text[at + count]);
}

TraceId trace_of(std::string_view text) {
    const auto id = parse_trace_id(text);
    return id ? *id : TraceId{};
}

SpanId span_of(std::string_view text) {
    const auto id = parse_span_id(text);
    return id ? *id : SpanId{};
}

/// Where digits stand behind a name that ends at `end`.
std::size_t behind_name(std::string_view text, std::size_t end, std::size_t digits) {
    for (std::size_t at = end; at < text.size() && at <= end + gap_max; ++at) {
        if (has_digits(text, at, digits)) return at;
        if (is_letter_or_digit(text[at])) break;
    }
    return std::string_view::npos;
}

/// The end of "trace id", "traceid", "trace_id", "trace-id" or "trace.id" at `at`, in any case.
std::size_t end_of_name(std::string_view text, std::size_t at, std::string_view what) {
    const auto equals = [&](std::size_t from, std::string_view word) {
        return from <= text.size() && text.size() - from >= word.size() &&
               equals_ignoring_case(text.substr(from, word.size()), word);
    };
    if (!equals(at, what)) return 0;
    std::size_t end = at + what.size();
    if (end < text.size() &&
        (text[end] == '_' || text[end] == '-' || text[end] == '.' || text[end] == ' '))
        ++end;
    return equals(end, "id") ? end + 2 : 0;
}

bool is_xray_at(std::string_view text, std::size_t at) {
    if (text.size() - at < xray_length || text[at] != '1' || text[at + 1] != '-' ||
        text[at + 10] != '-')
        return false;
    for (std::size_t i = 2; i < 10; ++i)
        if (!is_hex(text[at + i])) return false;
    return has_digits(text, at + 11, 24) && (at == 0 || !is_letter_or_digit(text[at - 1]));
}

SpanId named_span(std::string_view text) {
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (to_lower_ascii(text[at]) != 's') continue;
        const std::size_t end = end_of_name(text, at, "span");
        if (end == 0) continue;
        const std::size_t digits = behind_name(text, end, span_digits);
        if (digits != std::string_view::npos) return span_of(text.substr(digits, span_digits));
    }
    return {};
}

constexpr std::array<std::string_view, 5> level_names{"level", "severity", "levelname", "log.level",
                                                      "loglevel"};

bool is_level_name(std::string_view key) {
    return std::any_of(level_names.begin(), level_names.end(),
                       [&](std::string_view name) { return equals_ignoring_case(key, name); });
}

std::string_view without_quotes(std::string_view value) {
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
        return value.substr(1, value.size() - 2);
    return value;
}

/// The word behind `level` and a sign in the text.
std::string_view named_level(std::string_view text) {
    for (std::size_t at = 0; at + 6 < text.size(); ++at) {
        const char c = to_lower_ascii(text[at]);
        if (c != 'l' && c != 's') continue;
        const bool begins = at == 0 || !is_letter_or_digit(text[at - 1]);
        std::size_t end = 0;
        for (const std::string_view name :
             {std::string_view("level"), std::string_view("severity")})
            if (begins && text.size() - at > name.size() &&
                equals_ignoring_case(text.substr(at, name.size()), name))
                end = at + name.size();
        if (end == 0) continue;
        bool has_sign = false;
        while (end < text.size() && !is_letter_or_digit(text[end]) && end < at + 8 + gap_max) {
            has_sign |= text[end] == '=' || text[end] == ':';
            ++end;
        }
        if (!has_sign) continue;
        std::size_t word = end;
        while (word < text.size() && is_letter_or_digit(text[word])) ++word;
        return text.substr(end, word - end);
    }
    return {};
}

}  // namespace

MentionedIds find_ids(std::string_view text) {
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '1' && is_xray_at(text, at)) {
            MentionedIds ids{.trace = trace_of(text.substr(at, xray_length)), .span = {}};
            if (ids.trace.is_zero()) continue;
            const std::size_t end = at + xray_length;
            if (end < text.size() && text[end] == '@' && has_digits(text, end + 1, span_digits))
                ids.span = span_of(text.substr(end + 1, span_digits));
            return ids;
        }
        if (c != 't' && c != 'T') continue;
        const std::size_t end = end_of_name(text, at, "trace");
        // Datadog's ids are another's.
        if (end == 0 || (at >= 3 && equals_ignoring_case(text.substr(at - 3, 3), "dd."))) continue;
        const std::size_t digits = behind_name(text, end, trace_digits);
        if (digits == std::string_view::npos) continue;
        const TraceId trace = trace_of(text.substr(digits, trace_digits));
        if (!trace.is_zero()) return {.trace = trace, .span = named_span(text)};
    }
    return {};
}

void find_ids(LogRecord& record) {
    if (!record.trace_id.is_zero()) return;
    const auto take = [&](const MentionedIds& ids) {
        if (ids.trace.is_zero()) return false;
        record.trace_id = ids.trace;
        if (record.span_id.is_none()) record.span_id = ids.span;
        record.is_trace_found = true;
        return true;
    };
    std::string pairs;
    for (const LogAttribute& attribute : record.attributes) {
        // Short ones only: an id with its name, or a text that holds one.
        pairs += attribute.key;
        pairs += '=';
        pairs += without_quotes(attribute.value);
        pairs += '\n';
    }
    if (!pairs.empty() && take(find_ids(pairs))) return;
    take(find_ids(record.body));
}

std::uint8_t severity_of_word(std::string_view word) {
    struct Word {
        std::string_view text;
        std::uint8_t severity;
    };
    constexpr std::array<Word, 20> words{
        {{"trace", severity_trace},        {"debug", severity_debug},
         {"dbg", severity_debug},          {"info", severity_info},
         {"information", severity_info},   {"informational", severity_info},
         {"notice", severity_info + 1},    {"warn", severity_warn},
         {"warning", severity_warn},       {"error", severity_error},
         {"err", severity_error},          {"severe", severity_error},
         {"critical", severity_error + 1}, {"crit", severity_error + 1},
         {"alert", severity_error + 2},    {"fatal", severity_fatal},
         {"emerg", severity_fatal},        {"emergency", severity_fatal},
         {"panic", severity_fatal},        {"verbose", severity_debug}}};
    for (const Word& each : words)
        if (equals_ignoring_case(word, each.text)) return each.severity;
    return 0;
}

void find_severity(LogRecord& record) {
    if (record.severity != 0) return;
    std::string_view word = record.severity_text;
    for (const LogAttribute& attribute : record.attributes)
        if (word.empty() && is_level_name(attribute.key)) word = without_quotes(attribute.value);
    if (severity_of_word(word) == 0) word = named_level(record.body);
    record.severity = severity_of_word(word);
}

}  // namespace tomograph
