#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "catalog/insight_records.h"
#include "service/insights/group_window.h"
#include "service/insights/insight_text.h"
#include "service/insights/root_causes.h"
#include "service/insights/verdict.h"

namespace tomograph {

/// An insight after a minute, and what was notable in it.
struct InsightChange {
    StoredInsight insight;
    std::vector<InsightEvent> events;
    bool operator==(const InsightChange&) const = default;
};

/// What the evaluator goes on from: of one group and kind.
struct InsightState {
    std::vector<StoredInsight> active;  ///< by start, then id
    /// Of the last hour. What was usual before them is what is expected after them.
    std::vector<StoredInsight> closed;
    bool operator==(const InsightState&) const = default;
};

/// The insights of one kind of one group, minute by minute (docs/decisions/010-insights.md). No
/// clock, no disk: what comes out depends on the series, the insights that are active, and the
/// minute, and on nothing else. A window may reach further than a minute needs: nothing changes.
class InsightEvaluator {
 public:
    /// Both outlive it. window: read_group_window() of the minutes that are evaluated
    InsightEvaluator(const InsightGroup& group, InsightKind kind, const GroupWindow& window)
        : group_(group), kind_(kind), window_(window) {}

    /// Looks at one minute, after all minutes before it.
    ///
    /// returns  all that were active in that minute, those that ended in it, too
    std::vector<InsightChange> step(std::int64_t minute, InsightState& state);

 private:
    /// The last minutes of a service.
    struct Look {
        int outside_opening = 0;  ///< of the last opening_minutes
        int outside_closing = 0;  ///< of the last closing_minutes
        int known_closing = 0;
        std::int64_t first_outside = 0;  ///< of the last opening_minutes
        std::int64_t last_outside = 0;
        double score = 0;
        double severity = 0;  ///< how far from what is expected, a minute of the opening ones
        Verdict worst;
        bool is_hot() const;
        bool is_suspect() const;
    };
    using Looks = std::map<ServiceKey, Look>;

    const ServiceMinutes& minutes_of(const ServiceKey& service) const;
    Verdict verdict(const ServiceKey& service, std::int64_t minute,
                    const AffectedService* in_insight);
    Look look_at(const ServiceKey& service, std::int64_t minute, const AffectedService* in_insight);
    Looks look_at_all(std::int64_t minute, const InsightState& state);
    std::vector<CauseGroup> causes_of(const Looks& looks, std::int64_t minute,
                                      const std::vector<StoredInsight>& active) const;

    void open(const CauseGroup& causes, std::int64_t minute, std::vector<InsightChange>& changes);
    void follow(const CauseGroup& causes, std::int64_t minute, InsightChange& change);
    void move_to(const ServiceKey& cause, std::int64_t minute, InsightChange& change);
    void add_service(const ServiceKey& service, std::int64_t minute, StoredInsight& insight);
    void count(StoredInsight& insight, std::int64_t minute) const;
    void refresh(InsightChange& change, std::int64_t minute);
    bool ends(InsightChange& change, std::int64_t minute) const;

    const InsightGroup& group_;
    const InsightKind kind_;
    const GroupWindow& window_;
    std::map<ServiceKey, AffectedService> closed_;  ///< services of insights of the last hour
    Looks looks_;                                   ///< of the minute under way
    std::map<std::pair<ServiceKey, std::int64_t>, Verdict> verdicts_;  ///< without an insight
};

/// Ends an insight after that minute, whatever its services do.
void end_insight(InsightChange& change, std::int64_t end_minute, InsightEnd why);

}  // namespace tomograph
