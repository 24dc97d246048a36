#pragma once

#include <cstdint>
#include <vector>

#include "trace/trace.h"

namespace tomograph {

/// A row that won its span id, with its parent resolved.
struct SpanNode {
    const Span* span = nullptr;
    std::uint32_t document = 0;
    std::int32_t parent = -1;  ///< index of a node
    bool is_orphan = false;
};

/// Every span of a trace once, by (start, id), and who is under whom. No link closes a cycle.
///
/// A span id may come twice, embedded in one document and sent on its own. A complete row wins over
/// one in progress, then the one sent on its own, then the first in order; what hung under the
/// loser hangs under the winner. Not by Lsn: parts keep one for all documents of a row, and a trace
/// must read the same before and after it is sealed.
///
/// documents  one version each, as winning_documents() gives them; the nodes point into them
/// cost       O(n log n) in spans, no recursion
std::vector<SpanNode> span_tree(const std::vector<TraceDocument>& documents);

}  // namespace tomograph
