#pragma once

#include <cstddef>

#include "base/time.h"

namespace tomograph {

/// Annotation values in a summary; a trace may index this many (segment-documents.md §2.3).
inline constexpr std::size_t annotations_per_trace_max = 500;

/// Links that one segment may give (segment-documents.md §2.1).
inline constexpr std::size_t links_per_segment_max = 20;

/// Distinct root causes of one kind in a summary: enough for people, small enough for a page of
/// summaries.
inline constexpr std::size_t root_causes_max = 20;

/// Entities where trouble starts that are looked at for them; a hostile trace may have 10^5.
inline constexpr std::size_t root_cause_origins_max = 200;

/// Entities on the way from the root to an origin; of a longer way the end nearest the origin is
/// kept.
inline constexpr std::size_t root_cause_path_max = 100;

/// Exceptions of one entity in a root cause, and the bytes kept of their texts (xray-api.md §5).
inline constexpr std::size_t root_cause_exceptions_max = 10;
inline constexpr std::size_t root_cause_text_bytes_max = 250;

/// The share of the root's time that a child must cover for a response time root cause to go on
/// into it.
inline constexpr double root_cause_coverage_min = 0.5;

}  // namespace tomograph
