#pragma once

#include "model/predicate.h"
#include "store/engine/search/trace_trees.h"
#include "store/engine/search/verdicts.h"

namespace tomograph {

/// What a span's work may have called without a segment of it being sent: of each span of the group
/// whether the trace has an inferred segment for it (assemble_trace). Of traces with a ring nothing
/// is said.
/// errors: corrupt, io
Result<Verdicts> inferring_spans(GroupReader& group, std::string_view filter,
                                 const TraceTrees& trees);

/// A condition of Scope::trace on each trace of a group, by its own rule of TraceMatcher.
///
/// inferring  of the group's spans; asked for Field::inferred only
/// errors     corrupt, io
Result<Verdicts> judge_trace_field(GroupReader& group, const Condition& condition,
                                   const TraceTrees& trees, const Verdicts& inferring);

}  // namespace tomograph
