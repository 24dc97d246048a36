#pragma once

#include "catalog/sqlite_audit.h"
#include "catalog/tag_table.h"

namespace tomograph {

class SqliteTags final : public TagTable {
 public:
    /// Both outlive it.
    SqliteTags(SqliteDatabase& database, SqliteAudit& audit) : database_(database), audit_(audit) {}

    Result<Tags> of(std::string_view arn) const override;
    Result<void> set(std::string_view arn, const Tags& tags) override;
    Result<void> remove(std::string_view arn, const std::vector<std::string>& keys) override;
    Result<void> remove_all(std::string_view arn) override;

 private:
    SqliteDatabase& database_;
    SqliteAudit& audit_;
};

}  // namespace tomograph
