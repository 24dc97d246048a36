#include "model/latency_histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include "base/assert.h"

namespace tomograph {
namespace {

// 0..99 fine, 100..1122 milliseconds 1..1023, then 12 octaves of 64 (2^10..2^22 ms), then the last.
constexpr std::int64_t fine_ns = 10'000;
constexpr std::int64_t ms_ns = 1'000'000;
constexpr int fine_buckets = 100;
constexpr int ms_buckets = 1023;
constexpr int octave_bits_first = 10;
constexpr int octave_bits_last = 22;
constexpr int step_bits = 6;
constexpr int octave_bucket_first = fine_buckets + ms_buckets;
static_assert(LatencyHistogram::bucket_last ==
              octave_bucket_first + ((octave_bits_last - octave_bits_first) << step_bits));

}  // namespace

LatencyHistogram::Bucket LatencyHistogram::bucket_of(Duration latency) {
    if (latency.ns < 0) return 0;
    if (latency.ns < ms_ns) return static_cast<Bucket>(latency.ns / fine_ns);
    // Rounded to the nearest; of an unsigned number, which cannot overflow here.
    const auto ms =
        static_cast<std::int64_t>((static_cast<std::uint64_t>(latency.ns) + ms_ns / 2) / ms_ns);
    if (ms <= ms_buckets) return static_cast<Bucket>(fine_buckets + ms - 1);
    if (ms >= std::int64_t{1} << octave_bits_last) return bucket_last;
    const auto octave = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(ms))) - 1;
    const auto step = (ms >> (octave - step_bits)) & ((1 << step_bits) - 1);
    return static_cast<Bucket>(octave_bucket_first + ((octave - octave_bits_first) << step_bits) +
                               step);
}

Duration LatencyHistogram::value_of(Bucket bucket) {
    if (bucket < fine_buckets) return {bucket * fine_ns + fine_ns / 2};
    if (bucket < octave_bucket_first) return Duration::milliseconds(bucket - fine_buckets + 1);
    if (bucket >= bucket_last) return Duration::milliseconds(std::int64_t{1} << octave_bits_last);
    const int index = bucket - octave_bucket_first;
    const int shift = (index >> step_bits) + octave_bits_first - step_bits;
    const std::int64_t low = ((std::int64_t{1} << step_bits) + (index & ((1 << step_bits) - 1)))
                             << shift;
    return Duration::milliseconds(low + (std::int64_t{1} << shift) / 2);
}

LatencyHistogram LatencyHistogram::of(std::vector<Entry> entries) {
    LatencyHistogram histogram;
    histogram.buckets_ = std::move(entries);
    return histogram;
}

void LatencyHistogram::add_bucket(Bucket bucket, std::int64_t count) {
    if (count == 0) return;
    const auto place =
        std::lower_bound(buckets_.begin(), buckets_.end(), bucket,
                         [](const Entry& entry, Bucket b) { return entry.bucket < b; });
    if (place == buckets_.end() || place->bucket != bucket) {
        buckets_.insert(place, {bucket, count});
    } else {
        place->count += count;
        if (place->count == 0) buckets_.erase(place);
    }
}

void LatencyHistogram::add(const LatencyHistogram& other, std::int64_t sign) {
    ASSERT(&other != this);
    if (buckets_.empty() && sign == 1) {
        buckets_ = other.buckets_;
        return;
    }
    // A few counts into a long row: nearly all find their place there.
    if (other.buckets_.size() <= 2 || other.buckets_.size() * 4 <= buckets_.size()) {
        for (const auto& [bucket, count] : other.buckets_) add_bucket(bucket, sign * count);
        return;
    }
    std::vector<Entry> sum;
    sum.reserve(buckets_.size() + other.buckets_.size());
    auto mine = buckets_.begin();
    for (const auto& [bucket, count] : other.buckets_) {
        while (mine != buckets_.end() && mine->bucket < bucket) sum.push_back(*mine++);
        Entry entry{bucket, sign * count};
        if (mine != buckets_.end() && mine->bucket == bucket) entry.count += mine++->count;
        if (entry.count != 0) sum.push_back(entry);
    }
    sum.insert(sum.end(), mine, buckets_.end());
    buckets_ = std::move(sum);
}

std::int64_t LatencyHistogram::count() const {
    std::int64_t sum = 0;
    for (const auto& [bucket, count] : buckets_) sum += count;
    return sum;
}

Duration LatencyHistogram::percentile(double fraction) const {
    const std::int64_t total = count();
    if (total <= 0) return {};
    const double rank = std::ceil(std::clamp(fraction, 0.0, 1.0) * static_cast<double>(total));
    const std::int64_t wanted = std::max(std::int64_t{1}, static_cast<std::int64_t>(rank));
    std::int64_t seen = 0;
    for (const auto& [bucket, count] : buckets_) {
        seen += count;
        if (seen >= wanted) return value_of(bucket);
    }
    return value_of(buckets_.back().bucket);
}

}  // namespace tomograph
