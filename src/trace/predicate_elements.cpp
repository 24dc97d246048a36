#include "trace/predicate_elements.h"

#include <algorithm>

namespace tomograph {

std::vector<SegmentCall> calls_of(const Trace& trace) {
    std::vector<SegmentCall> calls;
    for (const Entity& entity : trace.entities) {
        if (is_entry(trace, entity))
            calls.push_back({.source = nullptr, .target = &entity, .seen = &entity});
        if (entity.segment < 0) continue;
        const Entity& source = trace.entities[static_cast<std::size_t>(entity.segment)];
        for (const std::uint32_t child : entity.children) {
            const Entity& target = trace.entities[child];
            if (!target.is_segment) continue;
            calls.push_back({.source = &source,
                             .target = &target,
                             .seen = entity.is_segment ? &target : &entity});
        }
    }
    return calls;
}

const Entity* leading_entity(const Trace& trace) {
    if (trace.root >= 0) return &trace.entities[static_cast<std::size_t>(trace.root)];
    return trace.entities.empty() ? nullptr : &trace.entities.front();
}

Instant work_end(const Trace& trace, const Entity& segment) {
    Instant end = segment.span->end;
    if (segment.is_inferred) return end;
    const auto own = static_cast<std::int32_t>(&segment - trace.entities.data());
    for (const Entity& entity : trace.entities)
        if (entity.segment == own && !entity.is_inferred) end = std::max(end, entity.span->end);
    return end;
}

}  // namespace tomograph
