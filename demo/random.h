#pragma once

#include <cstdint>
#include <string>

#include "base/time.h"

namespace tomograph::demo {

/// A seeded stream of chance: the same seed tells the same story on every machine. Not for secrets.
class Random {
 public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next();
    /// [0, 1)
    double fraction();
    bool chance(double probability) { return fraction() < probability; }
    /// lowest..highest, both included.
    std::int64_t between(std::int64_t lowest, std::int64_t highest);

    /// Log-normal, as real latencies are: half below `median`; `spread` is sigma of the logarithm
    /// (0.35: p95 is 1.8 times the median, 0.8: 3.7 times). Never below 10 us.
    Duration latency(Duration median, double spread = 0.35);
    /// Exponential: the gap between independent arrivals.
    Duration gap(Duration mean);

    /// `digits` (at most 16) lower-case hexadecimal digits, never all zero.
    std::string hex(int digits);

 private:
    std::uint64_t state_;
};

}  // namespace tomograph::demo
