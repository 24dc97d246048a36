#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>

#include "base/hash.h"

namespace tomograph::workload {

/// Random numbers that are the same on every machine and library: splitmix64. Cheap to seed, so
/// that each trace has its own.
class Random {
 public:
    explicit Random(std::uint64_t seed) : state_(mix64(seed + 0x9e3779b97f4a7c15ULL)) {}

    std::uint64_t next() {
        state_ += 0x9e3779b97f4a7c15ULL;
        return mix64(state_);
    }
    /// In [0, n); n below 2^32.
    std::uint32_t below(std::uint32_t n) {
        return static_cast<std::uint32_t>(((next() >> 32) * n) >> 32);
    }
    /// In [0, 1).
    double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
    bool chance(double probability) { return unit() < probability; }
    double normal() {
        return std::sqrt(-2.0 * std::log(1.0 - unit())) * std::cos(2.0 * std::numbers::pi * unit());
    }
    double log_normal(double median, double sigma) { return median * std::exp(sigma * normal()); }

 private:
    std::uint64_t state_;
};

}  // namespace tomograph::workload
