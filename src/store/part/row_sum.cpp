#include "store/part/row_sum.h"

namespace tomograph {

std::uint16_t DenseHistogram::take(Bucket* buckets, std::int64_t* counts) {
    std::uint16_t size = 0;
    // Each is written, and the next one over it when it was zero: no branch to guess.
    for (unsigned bucket = first_; bucket <= last_; ++bucket) {
        buckets[size] = static_cast<Bucket>(bucket);
        counts[size] = counts_[bucket];
        size = static_cast<std::uint16_t>(size + (counts_[bucket] != 0 ? 1 : 0));
        counts_[bucket] = 0;
    }
    first_ = LatencyHistogram::bucket_last;
    last_ = 0;
    return size;
}

void RowSum::add(const RollupRow& row, RollupTableBuilder::Buckets all, std::string_view alias) {
    sum_.first_start_ns =
        is_empty_ ? row.first_start_ns : std::min(sum_.first_start_ns, row.first_start_ns);
    sum_.last_end_ns = is_empty_ ? row.last_end_ns : std::max(sum_.last_end_ns, row.last_end_ns);
    is_empty_ = false;
    for (const auto member :
         {&RollupRow::presence, &RollupRow::roots, &RollupRow::inferred, &RollupRow::ok,
          &RollupRow::error, &RollupRow::throttle, &RollupRow::fault, &RollupRow::response_time_ns})
        sum_.*member = wrapping_sum(sum_.*member, row.*member);
    response_time_.add(all.buckets.first(row.response_time_buckets),
                       all.counts.first(row.response_time_buckets));
    duration_.add(all.buckets.subspan(row.response_time_buckets),
                  all.counts.subspan(row.response_time_buckets));
    // The smallest of several names, so that the order of adding does not matter.
    if (!alias.empty() && (alias_.empty() || alias < alias_)) alias_ = alias;
}

void RowSum::finish(std::int64_t minute, NothingRows nothing, RollupTableBuilder& builder) {
    sum_.minute = minute;
    const std::size_t first = response_time_.take(buckets_.data(), counts_.data());
    const std::size_t second = duration_.take(&buckets_[first], &counts_[first]);
    sum_.response_time_buckets = static_cast<std::uint16_t>(first);
    sum_.duration_buckets = static_cast<std::uint16_t>(second);
    if (nothing == NothingRows::keep || !is_nothing(sum_))
        builder.add(sum_,
                    {.buckets = std::span(buckets_).first(first + second),
                     .counts = std::span(counts_).first(first + second)},
                    alias_);
    sum_ = {};
    alias_ = {};
    is_empty_ = true;
}

bool is_nothing(const RollupRow& row) {
    return row.presence == 0 && row.roots == 0 && row.inferred == 0 && row.ok == 0 &&
           row.error == 0 && row.throttle == 0 && row.fault == 0 && row.response_time_ns == 0 &&
           row.response_time_buckets == 0 && row.duration_buckets == 0;
}

}  // namespace tomograph
