#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "store/part/arithmetic.h"
#include "store/part/rollup_table.h"

namespace tomograph {

/// Counts by bucket, and which buckets may have some: adding is one addition a bucket, whatever is
/// there, and the counts stay in the first-level cache.
class DenseHistogram {
 public:
    using Bucket = LatencyHistogram::Bucket;

    void add(std::span<const Bucket> buckets, std::span<const std::int64_t> counts) {
        if (buckets.empty()) return;
        first_ = std::min(first_, buckets.front());
        last_ = std::max(last_, buckets.back());
        for (std::size_t i = 0; i < buckets.size(); ++i)
            counts_[buckets[i]] = wrapping_sum(counts_[buckets[i]], counts[i]);
    }

    static constexpr std::size_t buckets_max = LatencyHistogram::bucket_last + 1;

    /// Writes what is there, at most buckets_max, and forgets it. Returns the number of buckets.
    std::uint16_t take(Bucket* buckets, std::int64_t* counts);

 private:
    std::array<std::int64_t, buckets_max> counts_{};
    Bucket first_ = LatencyHistogram::bucket_last;
    Bucket last_ = 0;
};

/// What becomes of a sum in which everything took everything back.
enum class NothingRows : std::uint8_t {
    drop,
    /// For a sum that is added to others: its bounds and alias count, as those of every row do.
    keep,
};

/// Adds up rows of one key, whatever their minutes.
class RowSum {
 public:
    /// `alias` is borrowed until finish().
    void add(const RollupRow& row, RollupTableBuilder::Buckets all, std::string_view alias);

    bool is_empty() const { return is_empty_; }
    /// Adds the sum to the series that the builder is at, and starts again.
    void finish(std::int64_t minute, NothingRows nothing, RollupTableBuilder& builder);

 private:
    RollupRow sum_;
    std::string_view alias_;
    bool is_empty_ = true;
    DenseHistogram response_time_;
    DenseHistogram duration_;
    // Of a row that is made: its response_time, then its duration, and the place after them.
    static constexpr std::size_t row_buckets_max = 2 * DenseHistogram::buckets_max + 1;
    std::array<DenseHistogram::Bucket, row_buckets_max> buckets_;
    std::array<std::int64_t, row_buckets_max> counts_;
};

/// A row without which its table would say the same, but for bounds and alias.
bool is_nothing(const RollupRow& row);

}  // namespace tomograph
