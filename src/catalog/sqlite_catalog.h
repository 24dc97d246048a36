#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "catalog/catalog.h"

namespace tomograph {

/// Opens the catalog in an SQLite file, or makes it, and brings it to the newest version. The file
/// is this program's until the catalog goes.
///
/// clock   outlives the catalog
/// errors  conflict  another program uses the file
///         invalid   a newer program made it; nothing was touched
///         corrupt   it is damaged, or not a catalog
///         io, limit
Result<std::unique_ptr<Catalog>> open_sqlite_catalog(const std::string& path, const Clock& clock);

/// Reads all of a file that nobody writes, and checks it.
/// errors: corrupt (with what is wrong), invalid (a newer program made it), io
Result<void> verify_sqlite_catalog(const std::string& path);

}  // namespace tomograph
