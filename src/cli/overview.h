#pragma once

#include <string>

#include "cli/terminal.h"

namespace tomograph::cli {

/// What `tomo` and `tomo --help` print: all verbs, by what one wants to do.
std::string overview(const Terminal& terminal);

}  // namespace tomograph::cli
