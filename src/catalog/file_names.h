#pragma once

#include <string_view>

namespace tomograph {

/// Below the data directory; SQLite puts its log, `catalog.db-wal`, beside it.
inline constexpr std::string_view catalog_name = "catalog.db";

}  // namespace tomograph
