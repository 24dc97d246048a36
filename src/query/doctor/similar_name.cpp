#include "query/doctor/similar_name.h"

#include <algorithm>
#include <array>
#include <string>

namespace tomograph {
namespace {

constexpr std::size_t compared_bytes_max = 64;
constexpr std::size_t one_typo_bytes_min = 6;

/// Letters and digits in lower case, without a port.
std::string plain(std::string_view name) {
    const std::size_t colon = name.rfind(':');
    if (colon != std::string_view::npos && colon > 0 && colon + 1 < name.size() &&
        name.find_first_not_of("0123456789", colon + 1) == std::string_view::npos)
        name = name.substr(0, colon);
    std::string out;
    for (const char c : name) {
        const bool is_upper = c >= 'A' && c <= 'Z';
        const bool is_kept = is_upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                             static_cast<unsigned char>(c) >= 0x80;
        if (is_kept) out += is_upper ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return out;
}

/// What stands before the first dot of a host; nothing for an address.
std::string_view first_label(std::string_view name) {
    const std::size_t dot = name.find('.');
    const bool is_address = name.find_first_not_of("0123456789.:[]") == std::string_view::npos;
    return dot == std::string_view::npos || is_address ? std::string_view() : name.substr(0, dot);
}

/// Edits of one character, neighbours that changed places counting as one (Damerau).
std::size_t distance(std::string_view a, std::string_view b) {
    std::array<std::array<std::size_t, compared_bytes_max + 1>, compared_bytes_max + 1> cost{};
    for (std::size_t i = 0; i <= a.size(); ++i) cost[i][0] = i;
    for (std::size_t j = 0; j <= b.size(); ++j) cost[0][j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i)
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
            cost[i][j] =
                std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + change});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
        }
    return cost[a.size()][b.size()];
}

bool ends_in_digit(std::string_view text) { return text.back() >= '0' && text.back() <= '9'; }

}  // namespace

bool is_similar_name(std::string_view a, std::string_view b) {
    if (a == b) return false;
    const std::string x = plain(a);
    const std::string y = plain(b);
    if (x.empty() || y.empty()) return false;
    if (x == y) return true;
    const std::string x_host = plain(first_label(a));
    const std::string y_host = plain(first_label(b));
    // Two hosts with the same first label in different domains are two services.
    if (x_host.empty() != y_host.empty() && (x_host == y || x == y_host)) return true;
    const auto [shorter, longer] = std::minmax({x.size(), y.size()});
    if (shorter < one_typo_bytes_min || longer > compared_bytes_max || longer - shorter > 1)
        return false;
    // worker1 and worker2 are no typing errors.
    if (ends_in_digit(x) || ends_in_digit(y)) return false;
    return distance(x, y) == 1;
}

}  // namespace tomograph
