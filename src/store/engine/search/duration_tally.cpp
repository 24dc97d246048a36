#include "store/engine/search/duration_tally.h"

#include <algorithm>

namespace tomograph {
namespace {

/// The counts take 15 bytes for each of so many: rare values are a list, and few others have one.
constexpr std::size_t list_max = 512;

}  // namespace

std::size_t DurationTally::add_to_list(LatencyHistogram::Bucket bucket) {
    const std::size_t before = list_.capacity();
    list_.push_back(bucket);
    if (list_.size() < list_max) return (list_.capacity() - before) * sizeof bucket;
    counts_ = std::make_unique<Counts>();
    for (const LatencyHistogram::Bucket each : list_) ++(*counts_)[each];
    list_ = {};
    return sizeof(Counts) - before * sizeof bucket;
}

LatencyHistogram DurationTally::histogram() const {
    std::array<std::int64_t, LatencyHistogram::bucket_last + 1> counts{};
    if (counts_) std::copy(counts_->begin(), counts_->end(), counts.begin());
    for (const LatencyHistogram::Bucket bucket : wraps_) counts[bucket] += std::int64_t{1} << 32;
    for (const LatencyHistogram::Bucket bucket : list_) ++counts[bucket];
    std::vector<LatencyHistogram::Entry> entries;
    for (std::size_t bucket = 0; bucket < counts.size(); ++bucket)
        if (counts[bucket] != 0)
            entries.push_back({static_cast<LatencyHistogram::Bucket>(bucket), counts[bucket]});
    return LatencyHistogram::of(std::move(entries));
}

}  // namespace tomograph
