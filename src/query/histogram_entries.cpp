#include "query/histogram_entries.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "query/limits.h"

namespace tomograph {
namespace {

using Bucket = LatencyHistogram::Bucket;

/// Values whose ratio is below 1 + width are put together, by the first that is enough. The widest
/// range, 1 ms to 70 min, is 153 groups of 10 %.
constexpr std::array widths{0.01, 0.02, 0.05, 0.1};

std::int64_t rounded_ms(Duration value) {
    const std::int64_t ms = std::max<std::int64_t>((value.ns + 500'000) / 1'000'000, 1);
    std::int64_t unit = 1;
    while (ms / unit >= 1000) unit *= 10;
    return (ms + unit / 2) / unit * unit;
}

/// What a bucket is shown as, and in which group it is of each width: logarithms and divisions
/// that a graph of 200 edges would make a million times.
struct ShownBucket {
    std::int64_t ms = 0;
    std::array<std::uint16_t, widths.size()> groups{};
};
using ShownBuckets = std::array<ShownBucket, LatencyHistogram::bucket_last + 1>;

ShownBuckets make_shown_buckets() {
    ShownBuckets all;
    for (std::size_t bucket = 0; bucket < all.size(); ++bucket) {
        const std::int64_t ms = rounded_ms(LatencyHistogram::value_of(static_cast<Bucket>(bucket)));
        all[bucket].ms = ms;
        for (std::size_t i = 0; i < widths.size(); ++i)
            all[bucket].groups[i] = static_cast<std::uint16_t>(std::log(static_cast<double>(ms)) /
                                                               std::log1p(widths[i]));
    }
    return all;
}

const ShownBucket& shown(Bucket bucket) {
    static const ShownBuckets all = make_shown_buckets();
    return all[bucket];
}

struct Count {
    std::int64_t ms;
    std::int64_t count;
    Bucket bucket;  ///< one of those shown as it
};
/// By milliseconds, ascending. A sorted row: a histogram comes in order, and every step keeps it.
using Milliseconds = std::vector<Count>;

void add(Milliseconds& counts, const Count& more) {
    if (!counts.empty() && counts.back().ms == more.ms)
        counts.back().count += more.count;
    else
        counts.push_back(more);
}

/// Puts the values of each group together under their mean.
Milliseconds coarsened(const Milliseconds& exact, std::size_t width) {
    Milliseconds result;
    for (std::size_t i = 0; i < exact.size();) {
        const Bucket first = exact[i].bucket;
        const std::uint16_t group = shown(first).groups[width];
        std::int64_t weighted = 0;
        std::int64_t count = 0;
        for (; i < exact.size() && shown(exact[i].bucket).groups[width] == group; ++i) {
            weighted += exact[i].ms * exact[i].count;
            count += exact[i].count;
        }
        add(result, {.ms = rounded_ms(Duration::milliseconds(weighted / count)),
                     .count = count,
                     .bucket = first});
    }
    return result;
}

}  // namespace

ServiceHistogram histogram_entries(const LatencyHistogram& histogram) {
    Milliseconds counts;
    counts.reserve(histogram.buckets().size());
    for (const auto& [bucket, count] : histogram.buckets())
        if (count > 0) add(counts, {.ms = shown(bucket).ms, .count = count, .bucket = bucket});
    if (counts.size() > histogram_entries_max) {
        const Milliseconds exact = counts;
        for (std::size_t i = 0; i < widths.size() && counts.size() > histogram_entries_max; ++i)
            counts = coarsened(exact, i);
    }
    ServiceHistogram entries;
    entries.reserve(counts.size());
    for (const auto& [ms, count, bucket] : counts)
        entries.push_back({.value = static_cast<double>(ms) / 1000, .count = count});
    return entries;
}

}  // namespace tomograph
