#include "wire/otlp/prometheus_names.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace tomograph {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

constexpr std::array units = {Pair{"d", "days"},
                              Pair{"h", "hours"},
                              Pair{"min", "minutes"},
                              Pair{"s", "seconds"},
                              Pair{"ms", "milliseconds"},
                              Pair{"us", "microseconds"},
                              Pair{"ns", "nanoseconds"},
                              Pair{"By", "bytes"},
                              Pair{"KiBy", "kibibytes"},
                              Pair{"MiBy", "mebibytes"},
                              Pair{"GiBy", "gibibytes"},
                              Pair{"TiBy", "tibibytes"},
                              Pair{"KBy", "kilobytes"},
                              Pair{"MBy", "megabytes"},
                              Pair{"GBy", "gigabytes"},
                              Pair{"TBy", "terabytes"},
                              Pair{"m", "meters"},
                              Pair{"V", "volts"},
                              Pair{"A", "amperes"},
                              Pair{"J", "joules"},
                              Pair{"W", "watts"},
                              Pair{"g", "grams"},
                              Pair{"Cel", "celsius"},
                              Pair{"Hz", "hertz"},
                              Pair{"1", ""},
                              Pair{"%", "percent"}};
constexpr std::array per_units = {Pair{"s", "second"}, Pair{"m", "minute"}, Pair{"h", "hour"},
                                  Pair{"d", "day"},    Pair{"w", "week"},   Pair{"mo", "month"},
                                  Pair{"y", "year"}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::string_view mapped(const auto& table, std::string_view unit) {
    for (const auto& [from, to] : table)
        if (from == unit) return to;
    return unit;
}

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

std::vector<std::string> words_of(std::string_view text, bool with_colons) {
    std::vector<std::string> words;
    bool is_inside = false;
    for (const char c : text) {
        const bool belongs = is_letter(c) || is_digit(c) || (with_colons && c == ':');
        if (belongs && !is_inside) words.emplace_back();
        if (belongs) words.back() += c;
        is_inside = belongs;
    }
    return words;
}

std::string joined(const std::vector<std::string>& words) {
    std::string out;
    for (const std::string& word : words) {
        if (!out.empty()) out += '_';
        out += word;
    }
    return out;
}

/// A unit as one word of a name; "" when it says nothing, as an annotation in braces.
std::string unit_word(std::string_view unit, const auto& table) {
    unit = trimmed(unit);
    if (unit.empty() || unit.find_first_of("{}") != std::string_view::npos) return "";
    return joined(words_of(mapped(table, unit), false));
}

bool has(const std::vector<std::string>& words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

void put_last(std::vector<std::string>& words, std::string_view word) {
    std::erase(words, word);
    words.emplace_back(word);
}

}  // namespace

std::string prometheus_metric_name(const WireMetric& metric) {
    std::vector<std::string> words = words_of(metric.name, true);
    const std::size_t slash = metric.unit.find('/');
    const std::string unit = unit_word(metric.unit.substr(0, slash), units);
    if (!unit.empty() && !has(words, unit)) words.push_back(unit);
    if (slash != std::string_view::npos) {
        const std::string per = unit_word(metric.unit.substr(slash + 1), per_units);
        if (!per.empty() && !has(words, per)) {
            words.emplace_back("per");
            words.push_back(per);
        }
    }
    if (metric.kind == WireMetricKind::sum && metric.is_monotonic) put_last(words, "total");
    if (metric.kind == WireMetricKind::gauge && metric.unit == "1") put_last(words, "ratio");
    std::string name = joined(words);
    if (!name.empty() && is_digit(name.front())) return "_" + std::move(name);
    return name;
}

std::string prometheus_label_name(std::string_view key) {
    if (key.empty()) return "_";  // a label without a name is none
    std::string name;
    if (is_digit(key.front())) name = "key_";
    for (const char c : key) name += is_letter(c) || is_digit(c) || c == '_' ? c : '_';
    return name;
}

}  // namespace tomograph
