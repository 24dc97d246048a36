#pragma once

#include <string>
#include <vector>

#include "store/keys/store_keys.h"

namespace tomograph {

/// What is found in the sealed directories.
struct RewriteCount {
    std::uint64_t sealed = 0;
    std::uint64_t rewritten = 0;
    std::uint64_t plain = 0;
};

/// Wraps the data key of every sealed file in these directories under the active master key. Files
/// that disappear meanwhile are passed over; damaged ones are left as they are and told. errors
/// denied, io: some files may be rewritten already; repeat it
Result<RewriteCount> rewrite_keys(FileSystem& files, FileKeys& keys,
                                  const std::vector<std::string>& directories);

}  // namespace tomograph
