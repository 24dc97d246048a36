#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/ids.h"

namespace tomograph {

/// A part that was, or would be, written again without some traces.
struct RedactedPart {
    std::string path;         ///< below the data directory
    std::string replacement;  ///< "": nothing of it is left, or nothing was done yet
    std::uint64_t rows = 0;
    std::uint64_t documents = 0;
};

struct RedactionReport {
    std::vector<TraceId> traces;  ///< those asked for that exist
    std::vector<RedactedPart> parts;
    std::uint64_t open_documents = 0;  ///< that were in the log and in memory only
};

}  // namespace tomograph
