#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "catalog/insight_records.h"

namespace tomograph {

/// A place in the newest-first order of insights.
struct InsightCursor {
    std::int64_t start_minute = 0;
    std::string id;
};

struct InsightQuery {
    std::int64_t first_minute = 0;  ///< those that were active in [first, last)
    std::int64_t last_minute = 0;
    std::string group_arn{};                ///< "": of every group
    std::optional<InsightKind> kind{};      ///< absent: every kind
    std::optional<bool> is_active{};        ///< absent: both
    std::optional<InsightCursor> before{};  ///< only those behind it
    std::size_t limit = 100;
};

/// Insights and their events. Nobody asked for their changes: they are not audited.
class InsightTable {
 public:
    virtual ~InsightTable() = default;

    virtual Result<std::optional<StoredInsight>> find(std::string_view id) const = 0;
    /// By start, the newest first, then by id.
    virtual Result<std::vector<StoredInsight>> list(const InsightQuery& query) const = 0;
    /// By start, the oldest first, then by id.
    virtual Result<std::vector<StoredInsight>> active() const = 0;
    /// Newest first, those below `before`.
    virtual Result<std::vector<InsightEvent>> events(std::string_view id, std::int64_t before,
                                                     std::size_t limit) const = 0;
    virtual Result<std::vector<InsightProgress>> progress() const = 0;

    /// Adds it, or puts it in place of the one with its id.
    virtual Result<void> put(const StoredInsight& insight) = 0;
    /// Adds it, or puts it in place of the one with its sequence.
    virtual Result<void> put_event(std::string_view id, const InsightEvent& event) = 0;
    virtual Result<void> set_progress(const InsightProgress& progress) = 0;
    /// Those that ended before that minute, and how far groups came that nobody evaluated since.
    virtual Result<void> remove_before(std::int64_t minute) = 0;
};

}  // namespace tomograph
