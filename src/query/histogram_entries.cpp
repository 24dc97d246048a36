#include "query/histogram_entries.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "query/limits.h"

namespace tomograph {
namespace {

/// Counts by milliseconds.
using Milliseconds = std::map<std::int64_t, std::int64_t>;

std::int64_t rounded_ms(Duration value) {
    const std::int64_t ms = std::max<std::int64_t>((value.ns + 500'000) / 1'000'000, 1);
    std::int64_t unit = 1;
    while (ms / unit >= 1000) unit *= 10;
    return (ms + unit / 2) / unit * unit;
}

/// Puts values together whose ratio is below 1 + `width`, under their mean.
Milliseconds coarsened(const Milliseconds& exact, double width) {
    struct Sum {
        std::int64_t weighted = 0;
        std::int64_t count = 0;
    };
    std::map<std::int64_t, Sum> groups;
    for (const auto& [ms, count] : exact) {
        const double place = std::log(static_cast<double>(ms)) / std::log1p(width);
        Sum& sum = groups[static_cast<std::int64_t>(place)];
        sum.weighted += ms * count;
        sum.count += count;
    }
    Milliseconds result;
    for (const auto& [place, sum] : groups)
        result[rounded_ms(Duration::milliseconds(sum.weighted / sum.count))] += sum.count;
    return result;
}

}  // namespace

ServiceHistogram histogram_entries(const LatencyHistogram& histogram) {
    Milliseconds counts;
    for (const auto& [bucket, count] : histogram.buckets())
        if (count > 0) counts[rounded_ms(LatencyHistogram::value_of(bucket))] += count;
    // The widest range, 1 ms to 70 min, is 153 groups of 10 %.
    const Milliseconds exact = counts;
    for (const double width : {0.01, 0.02, 0.05, 0.1}) {
        if (counts.size() <= histogram_entries_max) break;
        counts = coarsened(exact, width);
    }
    ServiceHistogram entries;
    entries.reserve(counts.size());
    for (const auto& [ms, count] : counts)
        entries.push_back({.value = static_cast<double>(ms) / 1000, .count = count});
    return entries;
}

}  // namespace tomograph
