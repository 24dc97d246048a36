#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/insight_records.h"
#include "query/query_context.h"

namespace tomograph {

/// What one service did in one minute.
struct ServiceMinute {
    std::int64_t ok = 0;
    std::int64_t fault = 0;
    std::int64_t total = 0;
    Duration slow;  ///< below which 90 % of the response times lie

    ImpactCounts counts() const { return {.ok = ok, .fault = fault, .total = total}; }
    bool operator==(const ServiceMinute&) const = default;
};

/// By epoch minute; only those in which something was asked of it.
using ServiceMinutes = std::map<std::int64_t, ServiceMinute>;

struct ServiceCall {
    ServiceKey source;
    ServiceKey target;
    auto operator<=>(const ServiceCall&) const = default;
};

/// What the evaluator knows of a group: a recorded series. Minutes are epoch minutes.
struct GroupWindow {
    std::map<ServiceKey, ServiceMinutes> services;
    /// When it was called, ascending: of the minutes just before and in those that are evaluated.
    std::map<ServiceCall, std::vector<std::int64_t>> calls;
    std::map<std::int64_t, ImpactCounts> clients;  ///< at the entries of the traces
    std::size_t services_left_out = 0;
};

/// Which group is meant: its name and ARN.
struct InsightGroup {
    std::string name;
    std::string arn;
};

/// What evaluating the minutes [first, last) looks at: these, the hour before, and the same time of
/// the last seven days.
///
/// errors  invalid (no such group), those of TraceStore::graph()
/// cost    a read of about 70 + 7 × 12 minutes of the group's sums for one minute
Result<GroupWindow> read_group_window(const QueryContext& context, const InsightGroup& group,
                                      std::int64_t first, std::int64_t last);

/// Adds what a rollup counts. Links are not calls.
///
/// with_calls  false: only what services did
void add_to_window(GroupWindow& window, const GraphRollup& rollup, bool with_calls);

}  // namespace tomograph
