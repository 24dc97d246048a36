#pragma once

#include <vector>

#include "trace/trace.h"

namespace tomograph {

/// Leaves the winner of each span id (see replaces()), ordered by (start, id). The result does not
/// depend on the order of `documents`.
std::vector<TraceDocument> winning_documents(std::vector<TraceDocument> documents);

}  // namespace tomograph
