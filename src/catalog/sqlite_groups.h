#pragma once

#include <functional>

#include "catalog/group_table.h"
#include "catalog/sqlite_audit.h"
#include "catalog/tag_table.h"

namespace tomograph {

class SqliteGroups final : public GroupTable {
 public:
    /// All outlive it.
    SqliteGroups(SqliteDatabase& database, SqliteAudit& audit, TagTable& tags)
        : database_(database), audit_(audit), tags_(tags) {}

    Result<std::vector<GroupRecord>> all() const override;
    Result<void> add(const NewGroup& group) override;
    Result<void> set_insights(std::string_view name, const InsightsRecord& insights) override;
    Result<void> add_version(std::string_view name, std::string_view filter, Lsn first) override;
    Result<void> begin_judging(std::string_view name) override;
    Result<void> end_judging(std::string_view name, const ReevaluationEnd& end) override;
    Result<void> remove(std::string_view name) override;

 private:
    /// errors: not_found
    Result<std::string> arn_of(std::string_view name) const;
    Result<void> read_versions(GroupRecord& group) const;
    Result<void> read_reevaluation(GroupRecord& group) const;
    /// 0: none
    Result<GroupId> judging(std::string_view name) const;
    Result<void> insert_version(std::string_view name, std::string_view filter, Lsn first);
    Result<void> close_reevaluation(std::string_view name, const ReevaluationEnd& end);
    /// errors: not_found
    Result<void> audited(std::string_view name, const std::function<Result<void>()>& work);

    SqliteDatabase& database_;
    SqliteAudit& audit_;
    TagTable& tags_;
};

}  // namespace tomograph
