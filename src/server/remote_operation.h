#pragma once

#include <string>

#include "cli/console.h"
#include "cli/json.h"
#include "server/store_verb_options.h"

namespace tomograph {

/// Has the running server do a long operation (api/store_operations.h) and waits for its end, with
/// a progress line. Ctrl-C ends the waiting, not the operation.
/// errors  internal  the operation failed, and why; cancelled; as cli::ApiClient
Result<cli::JsonDocument> run_on_server(const StoreVerbOptions& options,
                                        const cli::Console& console, std::string_view kind,
                                        const std::string& request);

}  // namespace tomograph
