#pragma once

#include "base/result.h"
#include "server/settings.h"

namespace tomograph {

/// Runs the server until SIGINT or SIGTERM, then stops it gracefully. Call it from main only: it
/// owns the signals of the process. errors  denied   a listener that the network can reach without
/// --open
///         conflict another process has the data directory; other errors as the parts give them
Result<void> serve(const Settings& settings);

}  // namespace tomograph
