#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/metrics.h"
#include "query/group_directory.h"
#include "query/query_context.h"
#include "service/groups/group_classes.h"

namespace tomograph {

/// Counts the requests of clients in each group for /metrics, minute by minute, from the sums that
/// the store keeps (the numbers behind X-Ray's ApproximateTraceCount):
///
///   tomograph_group_requests_total{group,outcome}     ok, error, throttle, fault
///   tomograph_group_response_seconds{group}           a histogram
///   tomograph_group_approximate_trace_count{group}    of the last minute
///
/// Counters only go up. A minute is counted a minute after its end and looked at again for
/// group_meter_minutes: what came late is added; what a late document took back (a request that
/// turns out to have failed) stays where it was counted, and is counted as what it is now, too.
/// Counting begins with the program: a scrape takes the jump of a restart as such.
///
/// Threads: one.
class GroupMeter {
 public:
    /// All outlive it.
    struct Parts {
        TraceStore& store;
        const GroupClasses& groups;
        const GroupDirectory& directory;
        const Clock& clock;
        MetricsRegistry& metrics;
    };
    explicit GroupMeter(const Parts& parts) : parts_(parts), query_metrics_(parts.metrics) {}

    /// Counts the minutes that are due; nothing while the store starts.
    /// errors: those of TraceStore::graph_series()
    Result<void> tick();

 private:
    static constexpr std::size_t outcomes = 4;
    /// What was counted of one minute.
    struct Counted {
        std::array<std::int64_t, outcomes> requests{};
        std::map<LatencyHistogram::Bucket, std::int64_t> latencies;
    };
    struct Meter {
        std::array<Counter*, outcomes> requests{};
        Histogram* seconds = nullptr;
        Gauge* last_minute = nullptr;
        std::map<std::int64_t, Counted> minutes;
        bool is_new = true;
    };

    Meter make_meter(const std::string& group);
    Result<void> count(const GroupRecord& group, std::int64_t first, std::int64_t due);

    const Parts parts_;
    QueryMetrics query_metrics_;
    PageTokenKey no_key_{};
    std::map<std::string, Meter> meters_;  ///< by name of the group
    std::optional<std::int64_t> last_due_;
};

}  // namespace tomograph
