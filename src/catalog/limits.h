#pragma once

#include <cstddef>

#include "base/time.h"

namespace tomograph {

/// Versions of one group that are kept: the graph of a group whose filter was edited more often
/// lacks the oldest. Each costs a read of the sums when the graph is asked for.
inline constexpr std::size_t group_versions_max = 32;

/// How long the audit is kept (docs/formats/catalog.md).
inline constexpr Duration audit_age = Duration::days(400);

/// How long a change waits for another program that looks at the file.
inline constexpr int catalog_wait_ms = 200;

}  // namespace tomograph
