#pragma once

#include <string>

#include "base/result.h"
#include "server/settings.h"

namespace tomograph {

/// Makes a file with a new master key that only its owner can read.
/// errors  conflict  there is such a file: it may be the key of something
Result<void> make_key_file(const std::string& path);

/// Wraps every data key of the data directory under the key of the settings; the one before is
/// among the old ones. While no server has the directory. returns  what to tell the operator errors
/// conflict  a server has it; denied  a key is missing, nothing was changed
Result<std::string> rotate_key(const Settings& settings);

}  // namespace tomograph
