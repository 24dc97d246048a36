#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "model/latency_histogram.h"

namespace tomograph {

/// Counts latencies one by one by their bucket and becomes a LatencyHistogram at the end: 1 to 3 ns
/// each, where the histogram itself would search for its bucket. Few of them are a list.
class DurationTally {
 public:
    /// returns  by how many bytes the memory grew
    std::size_t add(LatencyHistogram::Bucket bucket) {
        if (!counts_) return add_to_list(bucket);
        if (++(*counts_)[bucket] == 0) [[unlikely]]
            wraps_.push_back(bucket);
        return 0;
    }
    LatencyHistogram histogram() const;

 private:
    // Half the width is half the cache that a thousand groups take.
    using Counts = std::array<std::uint32_t, LatencyHistogram::bucket_last + 1>;
    std::size_t add_to_list(LatencyHistogram::Bucket bucket);

    std::vector<LatencyHistogram::Bucket> list_;   ///< until there are list_max
    std::unique_ptr<Counts> counts_;               ///< from then on
    std::vector<LatencyHistogram::Bucket> wraps_;  ///< whose counts went over 2^32 - 1, each time
};

}  // namespace tomograph
