#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace tomograph {

/// What one client asks of a reservoir.
struct QuotaDemand {
    double rate = 0;         ///< requests a second
    std::int64_t held = 0;   ///< its quota until now
    std::uint64_t draw = 0;  ///< who goes first among equals
};

/// Divides a reservoir among its clients, in whole requests a second.
///
/// Max-min fair: nobody gets more than is asked for while another gets less than an equal share.
/// Where not all is asked for, most of the rest is spread evenly as head-room, and some is kept for
/// clients that come. Units that the fair share leaves as fractions go to those who most likely use
/// them; whoever has such a unit already keeps it unless another is clearly more likely to, because
/// a unit that changes hands lies idle until the old quota has run out.
///
/// available  >= 0
/// returns    a share for each demand; their sum is at most `available`
/// cost       O(n log n)
std::vector<std::int64_t> plan_quotas(std::span<const QuotaDemand> demands, std::int64_t available);

}  // namespace tomograph
