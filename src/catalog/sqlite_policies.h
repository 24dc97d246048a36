#pragma once

#include "catalog/policy_table.h"
#include "catalog/sqlite_audit.h"

namespace tomograph {

class SqlitePolicies final : public PolicyTable {
 public:
    /// Both outlive it.
    SqlitePolicies(SqliteDatabase& database, SqliteAudit& audit)
        : database_(database), audit_(audit) {}

    Result<std::vector<PolicyRecord>> all() const override;
    Result<PolicyRecord> put(std::string_view name, std::string_view document) override;
    Result<void> remove(std::string_view name) override;

 private:
    SqliteDatabase& database_;
    SqliteAudit& audit_;
};

}  // namespace tomograph
