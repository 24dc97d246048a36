#include "store/engine/search/duration_tally.h"

#include <algorithm>

namespace tomograph {
namespace {

/// The counts take as much as four bytes for each of so many.
constexpr std::size_t list_max = 4'096;

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
    std::vector<LatencyHistogram::Entry> entries;
    if (counts_) {
        for (std::size_t bucket = 0; bucket < counts_->size(); ++bucket)
            if (const std::uint64_t count = (*counts_)[bucket]; count != 0)
                entries.push_back({static_cast<LatencyHistogram::Bucket>(bucket),
                                   static_cast<std::int64_t>(count)});
        return LatencyHistogram::of(std::move(entries));
    }
    std::vector<LatencyHistogram::Bucket> sorted = list_;
    std::sort(sorted.begin(), sorted.end());
    for (const LatencyHistogram::Bucket bucket : sorted) {
        if (entries.empty() || entries.back().bucket != bucket) entries.push_back({bucket, 0});
        ++entries.back().count;
    }
    return LatencyHistogram::of(std::move(entries));
}

}  // namespace tomograph
