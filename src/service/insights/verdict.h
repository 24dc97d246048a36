#pragma once

#include <map>
#include <optional>

#include "service/insights/group_window.h"

namespace tomograph {

/// Whether a service did in one minute what was expected of it.
struct Verdict {
    bool is_known = false;    ///< there were requests, and enough is known of the past
    bool is_outside = false;  ///< of its band, on the side that hurts
    double value = 0;         ///< faults or requests a minute, seconds
    double expected = 0;
    double score = 0;  ///< deviations from what is expected; 0 inside
    bool operator==(const Verdict&) const = default;
};

/// Judges the minutes of one service (docs/decisions/010-insights.md). Equal minutes give equal
/// verdicts; what comes after a minute does not matter.
///
///   fault       more faults than expected by the same time of the last days, else by the hour
///               before; the band grows with the requests: twice as many may fail twice as often
///   latency     the 90th percentile, above both
///   throughput  fewer requests than by both; a minute in which nobody sent anything tells nothing
class ServiceJudge {
 public:
    /// Both outlive it.
    ServiceJudge(InsightKind kind, const GroupWindow& window, const ServiceMinutes& minutes)
        : kind_(kind), window_(window), minutes_(minutes) {}

    /// baseline  stands for the hour before, when the insight has begun in it
    Verdict judge(std::int64_t minute, const std::optional<InsightBaseline>& baseline) const;

    /// What the hour before that minute expects; nothing where it is not known.
    std::optional<InsightBaseline> baseline_at(std::int64_t minute) const;

 private:
    struct Band {
        double expected = 0;
        double reach = 0;
        double requests = 0;
    };
    std::optional<Band> from_days(std::int64_t minute) const;
    Verdict judge_fault(const ServiceMinute& did, const std::optional<Band>& days,
                        const std::optional<Band>& recent) const;
    Verdict judge_both(double value, const std::optional<Band>& days,
                       const std::optional<Band>& recent) const;
    bool nobody_sent(std::int64_t minute) const;

    InsightKind kind_;
    const GroupWindow& window_;
    const ServiceMinutes& minutes_;
};

}  // namespace tomograph
