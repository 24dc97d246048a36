#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "catalog/records.h"
#include "catalog/sqlite_database.h"

namespace tomograph {

/// Notes the changes of one transaction beside what they change.
class SqliteAudit {
 public:
    /// All outlive it.
    SqliteAudit(SqliteDatabase& database, const ChangeOrigin& origin, Instant now)
        : database_(database), origin_(origin), now_(now) {}

    Instant now() const { return now_; }

    /// Does the work, and notes what `describe` says of the subject before and after.
    ///
    /// describe  a query of one JSON text, ?1 is `subject`; of no row where there is none
    Result<void> of(std::string_view arn, std::string_view describe, std::string_view subject,
                    const std::function<Result<void>()>& work);

 private:
    SqliteDatabase& database_;
    const ChangeOrigin& origin_;
    Instant now_;
};

/// As of Catalog::audit().
Result<std::vector<AuditRecord>> read_audit(SqliteDatabase& database, std::uint64_t after,
                                            std::size_t limit);

}  // namespace tomograph
