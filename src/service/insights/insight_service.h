#pragma once

#include <optional>
#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "query/query_context.h"
#include "service/groups/group_service.h"

namespace tomograph {

struct InsightListRequest {
    Instant start;
    Instant end;
    std::optional<GroupKey> group{};    ///< absent: every group
    std::optional<InsightKind> kind{};  ///< absent: every kind
    std::optional<bool> is_active{};    ///< absent: both
    std::int64_t limit = 0;             ///< of a page; 0: as many as one may have
    std::string next_token{};
};

struct InsightList {
    std::vector<StoredInsight> insights;  ///< that were active in the range, the newest first
    std::string next_token;               ///< "" at the end
};

struct InsightEventsRequest {
    std::string id;
    std::int64_t limit = 0;
    std::string next_token{};
};

struct InsightEventList {
    std::vector<InsightEvent> events;  ///< the newest first
    std::string next_token;
};

/// Reads insights (xray-api.md §3.5). Threads: any; calls block on the disk.
///
/// errors of all: invalid (a member breaks a rule; "Group not found"; "Insight not found"), and
/// those of Catalog
class InsightService {
 public:
    /// Both outlive it.
    InsightService(Catalog& catalog, const GroupService& groups)
        : catalog_(catalog), groups_(groups) {}

    Result<InsightList> list(const QueryContext& context, const InsightListRequest& request) const;
    Result<StoredInsight> get(std::string_view id) const;
    Result<InsightEventList> events(const QueryContext& context,
                                    const InsightEventsRequest& request) const;

 private:
    Catalog& catalog_;
    const GroupService& groups_;
};

/// errors: invalid (not within what a list or MaxResults may be, the token's length)
Result<void> check_insight_page(std::int64_t limit, std::int64_t limit_max,
                                const std::string& next_token);
/// errors: invalid (start and end are in the wrong order, or one is older than 30 days)
Result<void> check_insight_range(Instant start, Instant end, Instant now);

}  // namespace tomograph
