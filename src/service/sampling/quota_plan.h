#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace tomograph {

/// What one client asks of a reservoir.
struct QuotaDemand {
    double rate = 0;         ///< requests a second
    double floor = 0;        ///< of these, what stays in any case
    double kept = 1;         ///< share of the time in which the rest is expected to go on
    double peak = 0;         ///< what it may rise to
    std::int64_t held = 0;   ///< its quota until now
    std::uint64_t draw = 0;  ///< who goes first among equals
};

struct QuotaShare {
    std::int64_t units = 0;
    std::int64_t most = 0;  ///< with units that lie about until those whose they are report
    bool operator==(const QuotaShare&) const = default;
};

/// How a reservoir is divided among clients, in whole requests a second.
///
/// Max-min fair: nobody gets more than is asked for while another gets less than an equal share.
/// Shares are equal among those whose demand goes on; who is likely to stop gets a smaller one,
/// because what it does not use lies idle until its quota has ended. Where not all is asked for,
/// the rest goes to those who asked for more before; of what nobody ever asked for most is spread
/// evenly as head-room, and some is kept for clients that come. Units that the fair share leaves as
/// fractions go to those who most likely use them; whoever has such a unit already keeps it unless
/// another is clearly more likely to, because a unit that changes hands lies idle until the old
/// quota has run out.
struct QuotaPlan {
    bool is_short = false;  ///< more is asked for than there is
    double level = 0;       ///< then: what a client gets all of which it uses
    double rise = 0;        ///< else: share of what it asked for before
    double room = 0;        ///< and what everybody gets beside
    /// The last one that was given a unit beside whole shares.
    double worth_least = 0;
    double worth_alone = 0;  ///< least of these without the bonus of who holds a unit
    std::uint64_t draw_last = 0;

    /// cost: O(1)
    QuotaShare share_of(const QuotaDemand& demand) const;
};

/// available  >= 0; the shares of these demands add up to at most that
/// cost       O(n log n)
QuotaPlan plan_quotas(std::span<const QuotaDemand> demands, std::int64_t available);

}  // namespace tomograph
