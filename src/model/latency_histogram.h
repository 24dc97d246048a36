#pragma once

#include <cstdint>
#include <vector>

#include "base/time.h"

namespace tomograph {

/// Counts of latencies, mergeable and subtractable (counts are signed so that late data can
/// correct).
///
///   below 1 ms        100 buckets of 10 us
///   1 ms to 1023 ms   one bucket a millisecond, rounded to the nearest: exact as X-Ray prints it
///   above             64 buckets an octave, error <= 0.8 %, up to 2^22 ms (70 min), then one last
///   bucket
///
/// Empty buckets take no place.
class LatencyHistogram {
 public:
    using Bucket = std::uint16_t;
    static constexpr Bucket bucket_last = 1891;

    void add(Duration latency, std::int64_t count = 1) { add_bucket(bucket_of(latency), count); }
    void add_bucket(Bucket bucket, std::int64_t count);
    /// Not for itself.
    void add(const LatencyHistogram& other, std::int64_t sign = 1);

    static Bucket bucket_of(Duration latency);
    /// The value a bucket stands for: exact to the millisecond in the middle range, else its
    /// middle.
    static Duration value_of(Bucket bucket);

    struct Entry {
        Bucket bucket;
        std::int64_t count;  ///< never zero
        bool operator==(const Entry&) const = default;
    };
    /// Takes entries as they are: by bucket, ascending, none twice, no count zero.
    static LatencyHistogram of(std::vector<Entry> entries);
    /// By bucket, ascending.
    const std::vector<Entry>& buckets() const { return buckets_; }
    std::int64_t count() const;
    /// The value below which `fraction` (0..1) of the counts lie; zero when empty.
    Duration percentile(double fraction) const;
    bool operator==(const LatencyHistogram&) const = default;

 private:
    // A sorted row: sums of graphs are merges of such rows, ten times faster than of trees.
    std::vector<Entry> buckets_;
};

}  // namespace tomograph
