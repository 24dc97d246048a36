#pragma once

#include <string>

#include "base/file_system.h"
#include "query/page_token.h"

namespace tomograph {

/// The key that seals NextToken, kept in <data-dir>/token.key so that a page asked for before a
/// restart is still there behind it. Made from the kernel's random numbers when there is none.
/// errors  corrupt  the file is not a key; io
Result<PageTokenKey> load_token_key(FileSystem& files, const std::string& data_dir);

}  // namespace tomograph
