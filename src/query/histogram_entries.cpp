#include "query/histogram_entries.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "query/limits.h"

namespace tomograph {
namespace {

struct Count {
    std::int64_t ms;
    std::int64_t count;
};
/// By milliseconds, ascending. A sorted row: a histogram comes in order, and every step keeps it.
using Milliseconds = std::vector<Count>;

void add(Milliseconds& counts, std::int64_t ms, std::int64_t count) {
    if (!counts.empty() && counts.back().ms == ms)
        counts.back().count += count;
    else
        counts.push_back({ms, count});
}

std::int64_t rounded_ms(Duration value) {
    const std::int64_t ms = std::max<std::int64_t>((value.ns + 500'000) / 1'000'000, 1);
    std::int64_t unit = 1;
    while (ms / unit >= 1000) unit *= 10;
    return (ms + unit / 2) / unit * unit;
}

/// Puts values together whose ratio is below 1 + `width`, under their mean. `logarithms` are those
/// of the values.
Milliseconds coarsened(const Milliseconds& exact, const std::vector<double>& logarithms,
                       double width) {
    const double step = std::log1p(width);
    Milliseconds result;
    for (std::size_t i = 0; i < exact.size();) {
        const auto place = static_cast<std::int64_t>(logarithms[i] / step);
        std::int64_t weighted = 0;
        std::int64_t count = 0;
        for (; i < exact.size() && static_cast<std::int64_t>(logarithms[i] / step) == place; ++i) {
            weighted += exact[i].ms * exact[i].count;
            count += exact[i].count;
        }
        add(result, rounded_ms(Duration::milliseconds(weighted / count)), count);
    }
    return result;
}

}  // namespace

ServiceHistogram histogram_entries(const LatencyHistogram& histogram) {
    Milliseconds counts;
    for (const auto& [bucket, count] : histogram.buckets())
        if (count > 0) add(counts, rounded_ms(LatencyHistogram::value_of(bucket)), count);
    if (counts.size() > histogram_entries_max) {
        const Milliseconds exact = counts;
        std::vector<double> logarithms;
        logarithms.reserve(exact.size());
        for (const Count& each : exact)
            logarithms.push_back(std::log(static_cast<double>(each.ms)));
        // The widest range, 1 ms to 70 min, is 153 groups of 10 %.
        for (const double width : {0.01, 0.02, 0.05, 0.1}) {
            if (counts.size() <= histogram_entries_max) break;
            counts = coarsened(exact, logarithms, width);
        }
    }
    ServiceHistogram entries;
    entries.reserve(counts.size());
    for (const auto& [ms, count] : counts)
        entries.push_back({.value = static_cast<double>(ms) / 1000, .count = count});
    return entries;
}

}  // namespace tomograph
