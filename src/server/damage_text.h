#pragma once

#include "cli/console.h"
#include "store/operations/verify.h"

namespace tomograph {

/// Damage on `out`, a line each: file, tab, what; the sum as a hint.
void tell_findings(const VerifyReport& report, const cli::Console& console);

}  // namespace tomograph
