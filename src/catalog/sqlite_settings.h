#pragma once

#include "catalog/setting_table.h"
#include "catalog/sqlite_audit.h"

namespace tomograph {

class SqliteSettings final : public SettingTable {
 public:
    /// Both outlive it.
    SqliteSettings(SqliteDatabase& database, SqliteAudit& audit)
        : database_(database), audit_(audit) {}

    Result<SettingRecords> all() const override;
    Result<void> set(std::string_view name, std::string_view value) override;
    Result<void> remove(std::string_view name) override;

 private:
    SqliteDatabase& database_;
    SqliteAudit& audit_;
};

}  // namespace tomograph
