#pragma once

#include <string_view>

namespace tomograph {

/// `tomo backup`, `restore`, `verify`, `fsck` and `compact`: verbs that read or write stores, here
/// or through a running server.
bool is_store_verb(std::string_view verb);

/// With argv as main got it. Returns the exit code (cli/exit_code.h); 5 when damage was found.
int store_verb(int argc, char** argv);

}  // namespace tomograph
