#pragma once

#include "cli/console.h"

namespace tomograph::cli {

ExitCode run_version(bool as_json, const Console& console);

}  // namespace tomograph::cli
