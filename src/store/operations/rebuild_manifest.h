#pragma once

#include <string>
#include <vector>

#include "base/file_system.h"
#include "store/engine/manifest.h"

namespace tomograph {

struct RebuiltManifest {
    ManifestState state;
    std::vector<std::string> superseded;  ///< parts all of whose documents are in a merged one
    std::vector<std::string>
        unreadable;  ///< files below spans/ and rollup/ that are none (any more)
};

/// What is live, as parts and rollup files themselves tell, for a store whose manifests are lost. A
/// part that a merge had replaced but not removed yet is left out: its sums would count twice. The
/// log's floor is 0: all of the log is replayed, and what the parts have is known by its number.
///
/// cost    reads the rows of every part, and the documents of those that may be superseded
/// errors  io, invalid (a part of a newer format)
Result<RebuiltManifest> rebuild_manifest(FileSystem& files, const std::string& directory);

}  // namespace tomograph
