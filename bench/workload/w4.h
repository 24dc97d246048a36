#pragma once

#include <cstdint>
#include <queue>
#include <vector>

#include "workload/w1.h"

namespace tomograph::workload {

/// One document on its way: span `span` of W1's trace `trace`.
struct Delivery {
    std::int64_t arrival_us = 0;  ///< since the epoch
    std::uint64_t trace = 0;
    std::uint32_t span = 0;
    DocumentState state = DocumentState::complete;
};

/// W1 as networks and long requests deliver it, in the order of arrival, without end:
///
///   20 %   come in progress first, and complete 2 to 120 s later
///    2 %   come 1 to 60 min late, 0.1 % 1 to 3 days
///    1 %   come twice
///   all    in a jitter of 50 ms, so that children overtake parents
///
/// Once everything has arrived, each span of W1 is there, complete, once: W1Oracle is right for it.
class W4 {
 public:
    explicit W4(const W1Options& options);

    /// The next to arrive. The documents of the first `traces` traces only; none: those are all.
    ///
    /// memory  a delivery for each late document on its way
    bool next(std::uint64_t traces, Delivery& delivery);

    const W1& workload() const { return workload_; }

 private:
    void send(std::uint64_t number);

    struct Later {
        bool operator()(const Delivery& a, const Delivery& b) const {
            return a.arrival_us > b.arrival_us;
        }
    };

    W1 workload_;
    std::uint64_t seed_;
    std::uint64_t sent_ = 0;          // traces
    std::int64_t sent_start_us_ = 0;  // of the last of them
    std::priority_queue<Delivery, std::vector<Delivery>, Later> on_their_way_;
};

}  // namespace tomograph::workload
