#pragma once

#include <string_view>

namespace tomograph {

/// `tomo retention show|set|plan`, `tomo pin`, `unpin` and `redact`.
bool is_retention_verb(std::string_view verb);

/// With argv as main got it. Returns the exit code (cli/exit_code.h).
int retention_verb(int argc, char** argv);

}  // namespace tomograph
