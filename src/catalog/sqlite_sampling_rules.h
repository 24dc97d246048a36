#pragma once

#include "catalog/sampling_rule_table.h"
#include "catalog/sqlite_audit.h"
#include "catalog/tag_table.h"

namespace tomograph {

class SqliteSamplingRules final : public SamplingRuleTable {
 public:
    /// All outlive it.
    SqliteSamplingRules(SqliteDatabase& database, SqliteAudit& audit, TagTable& tags)
        : database_(database), audit_(audit), tags_(tags) {}

    Result<std::vector<SamplingRuleRecord>> all() const override;
    Result<Instant> last_modified() const override;
    Result<void> add(const SamplingRuleRecord& record) override;
    Result<void> replace(const SamplingRuleRecord& record) override;
    Result<void> remove(std::string_view name) override;

 private:
    Result<void> write_fields(const SamplingRuleRecord& record);
    /// The newest time wins: a wall clock that was set back takes no change back.
    Result<void> note_modified(Instant at);

    SqliteDatabase& database_;
    SqliteAudit& audit_;
    TagTable& tags_;
};

}  // namespace tomograph
