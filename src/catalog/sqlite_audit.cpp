#include "catalog/sqlite_audit.h"

namespace tomograph {

Result<void> SqliteAudit::of(std::string_view arn, std::string_view describe,
                             std::string_view subject, const std::function<Result<void>()>& work) {
    const std::string before = TRY(database_.text(describe, {subject}));
    TRY(work());
    const std::string after = TRY(database_.text(describe, {subject}));
    return database_.run(
        "INSERT INTO audit (at_ns, who, address, operation, resource, before, after)"
        " VALUES (?1, ?2, ?3, ?4, ?5, nullif(?6, ''), nullif(?7, ''))",
        {now_.ns, origin_.who, origin_.address, origin_.operation, arn, before, after});
}

Result<std::vector<AuditRecord>> read_audit(SqliteDatabase& database, std::uint64_t after,
                                            std::size_t limit) {
    std::vector<AuditRecord> records;
    TRY(database.run(
        "SELECT sequence, at_ns, who, address, operation, resource, before, after FROM audit"
        " WHERE sequence > ?1 ORDER BY sequence LIMIT ?2",
        {static_cast<std::int64_t>(after), static_cast<std::int64_t>(limit)},
        [&](const SqlRow& row) {
            records.push_back(
                {.sequence = static_cast<std::uint64_t>(row.integer(0)),
                 .at = {row.integer(1)},
                 .origin = {.who = row.text(2), .address = row.text(3), .operation = row.text(4)},
                 .resource = row.text(5),
                 .before = row.text(6),
                 .after = row.text(7)});
        }));
    return records;
}

}  // namespace tomograph
