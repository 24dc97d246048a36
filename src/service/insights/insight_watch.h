#pragma once

#include <atomic>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/metrics.h"
#include "catalog/catalog.h"
#include "query/group_directory.h"
#include "query/query_context.h"
#include "service/groups/group_classes.h"
#include "service/insights/insight_evaluator.h"

namespace tomograph {

struct InsightMetrics {
    explicit InsightMetrics(MetricsRegistry& registry);

    Counter& minutes;            ///< of groups, evaluated
    Counter& failures;           ///< ticks that could not read or write
    Histogram& seconds;          ///< of a tick that evaluated something
    Gauge& services_left_out;    ///< of the group that has most, beyond insight_group_services_max
    std::vector<Gauge*> active;  ///< by kind
};

/// Evaluates the groups whose insights are switched on: each minute once, a minute after it ended.
/// What it found stands in the catalog before it goes on, so that a restart goes on from there.
///
/// Threads: one, but for stop().
class InsightWatch {
 public:
    /// All outlive it.
    struct Parts {
        Catalog& catalog;
        TraceStore& store;
        const GroupClasses& groups;
        const GroupDirectory& directory;
        const Clock& clock;
        MetricsRegistry& metrics;
    };
    explicit InsightWatch(const Parts& parts);

    /// Does what is due; nothing while the store starts. After an error the next call begins from
    /// what the catalog has.
    /// errors: those of TraceStore::graph() and of Catalog
    Result<void> tick();

    /// A tick under way ends after the window that it is at.
    void stop() { is_stopping_ = true; }

 private:
    struct Outcome {
        std::map<std::string, InsightChange> changes;  ///< by id; all events
        std::vector<InsightProgress> progress;
        void add(InsightChange change);
    };

    Result<void> load(std::int64_t due);
    Result<void> work(std::int64_t due);
    Result<void> evaluate(const GroupRecord& group, std::int64_t due);
    Result<void> evaluate_window(const InsightGroup& group, std::int64_t first, std::int64_t last);
    Result<void> end_switched_off(const std::vector<GroupRecord>& groups, std::int64_t due);
    Result<void> keep(const Outcome& outcome);
    Result<void> remove_old(std::int64_t due);
    void count_active();
    std::int64_t first_due(const std::string& arn, std::int64_t due) const;

    const Parts parts_;
    InsightMetrics metrics_;
    QueryMetrics query_metrics_;
    PageTokenKey no_key_{};
    std::atomic<bool> is_stopping_{false};

    bool is_loaded_ = false;
    std::map<std::string, std::int64_t> next_minute_;  ///< by ARN of the group
    std::map<std::pair<std::string, InsightKind>, InsightState> states_;
    std::optional<std::int64_t> last_removal_;
};

}  // namespace tomograph
