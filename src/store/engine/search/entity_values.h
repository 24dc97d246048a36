#pragma once

#include <set>

#include "trace/predicate_match.h"

namespace tomograph {

/// The values that an entity of a trace has for a subject; empty: none.
///
/// values  of the trace; `path` is the subject's number among its paths, for an attribute
inline std::set<Scalar> entity_values(const Trace& trace, const Entity& entity,
                                      const Subject& subject, const TraceAttributes& values,
                                      std::uint32_t path) {
    std::set<Scalar> found;
    if (subject.is_attribute()) {
        for (const auto& cell : values.of(place_of(trace, entity, path)))
            found.insert(to_scalar(cell.value));
    } else {
        for (Scalar& value : field_values(trace, entity, subject.field))
            found.insert(std::move(value));
    }
    return found;
}

}  // namespace tomograph
