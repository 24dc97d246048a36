#include "query/spans/duration_text.h"

#include <array>
#include <charconv>
#include <utility>

namespace tomograph {
namespace {

// Longer units first: "ms" begins like "m".
constexpr std::array<std::pair<std::string_view, double>, 9> units = {{{"ns", 1},
                                                                       {"us", 1e3},
                                                                       {"\u00b5s", 1e3},
                                                                       {"\u03bcs", 1e3},
                                                                       {"ms", 1e6},
                                                                       {"s", 1e9},
                                                                       {"m", 60e9},
                                                                       {"h", 3600e9},
                                                                       {"d", 86400e9}}};

}  // namespace

Result<Duration> parse_duration_text(std::string_view text) {
    const Error wrong(ErrorCode::invalid, "expected a duration like 1.5s or 100ms");
    constexpr double ns_max = 9e18;
    double sum = 0;
    if (text.empty()) return wrong;
    while (!text.empty()) {
        double count = 0;
        const char first = text.front();
        if (first != '.' && (first < '0' || first > '9')) return wrong;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count,
                                                  std::chars_format::fixed);
        if (error != std::errc()) return wrong;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        bool is_known = false;
        for (const auto& [unit, ns] : units) {
            if (!text.starts_with(unit)) continue;
            sum += count * ns;
            text.remove_prefix(unit.size());
            is_known = true;
            break;
        }
        if (!is_known || sum > ns_max) return wrong;
    }
    return Duration{static_cast<std::int64_t>(sum + 0.5)};
}

}  // namespace tomograph
