#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace tomograph {

/// What one client asked for until now, in requests a second.
struct DemandTrack {
    double rate = 0;    ///< the newest report weighs most
    double newest = 0;  ///< of the newest report alone
    double peak = 0;    ///< the most of the last minutes
    double floor = 0;   ///< the least
    /// 1: its demand has kept up from report to report for some minutes; 0: it has just gone, or
    /// nobody knows yet.
    double steadiness = 0;
    double age = 0;               ///< seconds since its demand rose or fell, about
    std::uint16_t situation = 0;  ///< number of a cell of the forecast
    bool is_high = false;         ///< nearer to its peak than to its floor
    bool is_known = false;        ///< has reported before
};

/// Learns, from all clients of one rule, what follows on what: a burst that has just begun goes on
/// for a while, one that is as old as bursts get ends soon, and what falls is most likely gone.
///
/// A situation is how the newest report compares with the client's peak and with the one before,
/// and how long ago it rose or fell. Of each it keeps how much of the demand was there in the
/// report that followed. Until it has seen a situation it expects that all goes on as it is.
///
/// 9 kB a rule. Threads: one at a time.
class DemandForecast {
 public:
    /// requests  in so many seconds; by its own clock
    void note(DemandTrack& client, double requests, double seconds);

    struct Outlook {
        double rate = 0;   ///< requests a second to be ready for
        double floor = 0;  ///< that stay in any case
        double kept = 1;   ///< share of the time in which the rest is expected to go on
    };
    Outlook outlook(const DemandTrack& client) const;

 private:
    static constexpr std::size_t levels = 5;
    static constexpr std::size_t trends = 3;
    static constexpr std::size_t ages = 25;
    struct Cell {
        float kept = 1;
        float next = 0;  ///< of the peak
        float seen = 0;  ///< reports, up to a number
    };
    void learn(const DemandTrack& client, double requests, double seconds);
    static std::uint16_t situation_of(const DemandTrack& client, double before);

    std::array<Cell, levels * trends * ages * 2> cells_{};
};

}  // namespace tomograph
