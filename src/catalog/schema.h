#pragma once

#include <cstdint>

#include "base/result.h"
#include "base/time.h"
#include "catalog/sqlite_database.h"

namespace tomograph {

/// The newest schema that this program knows; SQLite's `user_version` of the file.
std::int64_t schema_version();

/// Brings the file to the newest schema, step by step, in one transaction.
///
/// now     where the ids of groups begin in a new file (docs/formats/catalog.md)
/// errors  invalid  a newer program made the file; nothing was touched
///         as SqliteDatabase
Result<void> migrate_schema(SqliteDatabase& database, Instant now);

}  // namespace tomograph
