#pragma once

#include "store/trace_store.h"
#include "trace/predicate_match.h"

namespace tomograph {

/// What the documents say at the paths that a matcher looks at. cost: one pass over each document
TraceAttributes attributes_for(const TraceMatcher& matcher, const StoredTrace& stored,
                               const Trace& trace);

}  // namespace tomograph
