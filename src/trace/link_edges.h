#pragma once

#include <span>

#include "model/graph.h"
#include "trace/trace.h"

namespace tomograph {

enum class LinkScope {
    inside,   ///< what each trace tells by itself
    between,  ///< what a trace tells of the links from another one, that this does not tell
};

/// Adds the edges of links from segments of `traces`.
///
/// The producer's side is the queue that the link names (by its address; without "://" it is the
/// name of another broker's queue or topic), or that the receiving segment names (`aws.queue_url`);
/// else the queue or topic that the linked span called, when it called one; else the service that
/// the span is of. Where that span is of another trace, only LinkScope::between knows it: a link
/// that names no queue has no source before.
///
/// The age of the event runs to the start of the receiving segment: from when the link says that it
/// was sent, else from the end of the linked span. Unknown ages are not in the histogram.
void add_links(GraphRollup& graph, std::span<const Trace> traces, LinkScope scope);

}  // namespace tomograph
