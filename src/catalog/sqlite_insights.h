#pragma once

#include "catalog/insight_table.h"
#include "catalog/sqlite_database.h"

namespace tomograph {

class SqliteInsights final : public InsightTable {
 public:
    /// It outlives the table.
    explicit SqliteInsights(SqliteDatabase& database) : database_(database) {}

    Result<std::optional<StoredInsight>> find(std::string_view id) const override;
    Result<std::vector<StoredInsight>> list(const InsightQuery& query) const override;
    Result<std::vector<StoredInsight>> active() const override;
    Result<std::vector<InsightEvent>> events(std::string_view id, std::int64_t before,
                                             std::size_t limit) const override;
    Result<std::vector<InsightProgress>> progress() const override;
    Result<void> put(const StoredInsight& insight) override;
    Result<void> put_event(std::string_view id, const InsightEvent& event) override;
    Result<void> set_progress(const InsightProgress& progress) override;
    Result<void> remove_before(std::int64_t minute) override;

 private:
    Result<void> read_services(StoredInsight& insight) const;

    SqliteDatabase& database_;
};

}  // namespace tomograph
