#pragma once

#include <functional>
#include <string>

#include "base/result.h"

namespace tomograph {

/// A file of somebody else in the data directory, which lives and is backed up with the store.
struct StoreNeighbour {
    std::string name;
    /// Called when the directory is ours and fit for use, before the log is replayed. An error ends
    /// EmbeddedStore::open().
    std::function<Result<void>()> open;
    /// Writes a copy that stands alone, as of one moment, on stable storage. `path` does not exist.
    std::function<Result<void>(const std::string& path)> copy_to;
};

}  // namespace tomograph
