#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"

namespace tomograph {

/// What all clients of one rule did in ten seconds, by the time at which they said it.
struct SamplingStatistics {
    std::string rule;
    Instant start;
    std::int64_t requests = 0;
    std::int64_t sampled = 0;
    std::int64_t borrowed = 0;
    bool operator==(const SamplingStatistics&) const = default;
};

struct SamplingStatisticsPage {
    std::vector<SamplingStatistics> rows;
    bool has_more = false;  ///< there are windows before the last one of the page
};

/// The windows of the last hour, in memory. Threads: one at a time.
class SamplingStatisticsLog {
 public:
    /// counts  rule and start of it are not looked at
    void add(const std::string& rule, const SamplingStatistics& counts, Instant now);

    /// Whole windows, newest first, in each by rule.
    ///
    /// before  only windows that start earlier; absent: all
    /// limit   of rows, at least; a page ends with the window that reaches it
    SamplingStatisticsPage list(std::optional<Instant> before, std::size_t limit,
                                Instant now) const;

 private:
    using Window = std::map<std::string, SamplingStatistics>;
    void forget_old(Instant now);
    std::map<Instant, Window> windows_;
};

inline constexpr Duration statistics_window = Duration::seconds(10);
inline constexpr Duration statistics_age = Duration::hours(1);
/// Names of rules in one window; rules may be made and deleted within it.
inline constexpr std::size_t statistics_rules_max = 100;

}  // namespace tomograph
