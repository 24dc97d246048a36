#pragma once

#include <cstdint>
#include <vector>

#include "trace/root_cause.h"
#include "trace/trace.h"

namespace tomograph {

/// One call from a segment to another, as its caller saw it; of the client's, `source` is null.
struct SegmentCall {
    const Entity* source = nullptr;
    const Entity* target = nullptr;
    const Entity* seen = nullptr;  ///< the calling subsegment; the target where there is none
};

/// Every call of the trace: an edge of its graph each, repeated ones included.
std::vector<SegmentCall> calls_of(const Trace& trace);

/// An element of a root-cause list: one of the three is set.
struct CauseElement {
    const RootCauseService* service = nullptr;
    const RootCauseEntity* entity = nullptr;
    const RootCauseException* exception = nullptr;
    std::size_t index = 0;  ///< in its list
    std::size_t count = 1;  ///< of its list
};

/// The segment that stands for the trace: its entry, else what came first. Null: no entities.
const Entity* leading_entity(const Trace& trace);

/// When the work of a segment ended: its own end or that of an asynchronous subsegment.
Instant work_end(const Trace& trace, const Entity& segment);

}  // namespace tomograph
