#include "store/engine/search/trace_outcomes.h"

#include <algorithm>

#include "store/part/arithmetic.h"
#include "store/part/part.h"

namespace tomograph {

Result<std::optional<Outcome>> TraceOutcomes::of(std::uint32_t trace) {
    TRY(trees_.read());
    const auto root = TRY(trees_.root_of(trace));
    if (!root) return std::optional<Outcome>();
    Outcome::Flags flags{.error = trees_.has_flag(*root, span_error),
                         .throttle = trees_.has_flag(*root, span_throttle),
                         .fault = trees_.has_flag(*root, span_fault)};
    for (std::uint32_t span = trees_.first(trace); span < trees_.end(trace); ++span)
        flags.in_progress |= trees_.has_flag(span, span_in_progress);
    return std::optional(Outcome(flags, trees_.duration_of(trace)));
}

}  // namespace tomograph
