#pragma once

#include <cstdint>

#include "base/hash.h"

namespace tomograph {

/// The dice of the fault file system: the same seed and the same calls give the same faults
/// (splitmix64).
class FaultRandom {
 public:
    explicit FaultRandom(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        state_ += 0x9e3779b97f4a7c15ULL;
        return mix64(state_);
    }
    /// 0 to n - 1; n is not 0. The bias of the remainder does not matter here.
    std::uint64_t below(std::uint64_t n) { return next() % n; }

 private:
    std::uint64_t state_;
};

/// How much of what was not synced a power cut leaves. Drawn per cut: most bugs need either almost
/// everything or almost nothing to be lost, which fair coins per sector never give.
struct CutOdds {
    std::uint64_t seed = 0;
    std::uint64_t kept_of_16 = 8;

    static CutOdds draw(FaultRandom& random) {
        constexpr std::uint64_t kept[] = {0, 1, 8, 15, 16};
        return {.seed = random.next(), .kept_of_16 = kept[random.below(5)]};
    }
};

}  // namespace tomograph
