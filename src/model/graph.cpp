#include "model/graph.h"

#include <algorithm>

#include "base/assert.h"

namespace tomograph {
namespace {

bool is_untouched(const GraphCell& cell) {
    return cell.statistics == RequestStatistics{} && cell.presence == 0 && cell.roots == 0 &&
           cell.inferred == 0 && cell.first_start == Instant{} && cell.last_end == Instant{};
}

bool has_counts(const GraphCell& cell) {
    return !(cell.statistics == RequestStatistics{}) || cell.presence != 0 || cell.roots != 0 ||
           cell.inferred != 0;
}

/// Wraps where a sum of hostile times overflows: a correction still takes away exactly what was
/// added.
std::int64_t wrapping_sum(std::int64_t sum, std::int64_t value, std::int64_t sign) {
    const auto added = static_cast<std::uint64_t>(value) * static_cast<std::uint64_t>(sign);
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(sum) + added);
}

}  // namespace

void RequestStatistics::add(const RequestStatistics& other, std::int64_t sign) {
    ok += sign * other.ok;
    error += sign * other.error;
    throttle += sign * other.throttle;
    fault += sign * other.fault;
    response_time_ns = wrapping_sum(response_time_ns, other.response_time_ns, sign);
    response_time.add(other.response_time, sign);
    duration.add(other.duration, sign);
}

void GraphCell::add(const GraphCell& other, std::int64_t sign) {
    // A fresh cell has no bounds yet: the epoch is not a bound.
    const bool is_first = is_untouched(*this);
    first_start = is_first ? other.first_start : std::min(first_start, other.first_start);
    last_end = is_first ? other.last_end : std::max(last_end, other.last_end);
    statistics.add(other.statistics, sign);
    presence += sign * other.presence;
    roots += sign * other.roots;
    inferred += sign * other.inferred;
    // The smallest of several names, so that the order of adding does not matter.
    if (!other.alias.empty() && (alias.empty() || other.alias < alias)) alias = other.alias;
}

void GraphRollup::add(const GraphRollup& other, std::int64_t sign) {
    ASSERT(&other != this);
    for (const auto& [key, cell] : other.cells) {
        const auto [place, _] = cells.try_emplace(key);
        place->second.add(cell, sign);
        if (!has_counts(place->second)) cells.erase(place);
    }
}

}  // namespace tomograph
