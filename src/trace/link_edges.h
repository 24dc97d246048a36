#pragma once

#include <span>

#include "model/graph.h"
#include "trace/trace.h"

namespace tomograph {

enum class LinkScope {
    inside,   ///< links to a span of the same trace
    between,  ///< links to a span of another of the traces
};

/// Adds the edges of links from segments of `traces` to spans of `traces`; other links have no
/// known source.
///
/// The producer's side is the queue or topic that the linked span called, when it called one, else
/// the service that the span is of. The age of the event runs from the end of that span to the
/// consumer's start.
void add_links(GraphRollup& graph, std::span<const Trace> traces, LinkScope scope);

}  // namespace tomograph
