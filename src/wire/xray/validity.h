#pragma once

#include <optional>
#include <string>

#include "base/arena.h"
#include "model/span.h"
#include "wire/xray/entity_facts.h"
#include "wire/xray/segment_decoder.h"

namespace tomograph {

/// The first rule that an entity breaks, with a sentence for whoever sent it.
struct BrokenRule {
    RejectionCode code;
    std::string sentence;
};

/// Checks the document's own entity in the order of segment-documents.md §9 (id, trace id, name,
/// start, end, parent) and fills what was checked into `span` and `trace_id`.
std::optional<BrokenRule> check_own(const EntityFacts& facts,
                                    const std::optional<AcceptanceWindow>& window, Arena& arena,
                                    TraceId& trace_id, Span& span);

/// The same for an embedded subsegment: no trace id or parent of its own, and no window, for what
/// was accepted once must decode to the same rows later.
std::optional<BrokenRule> check_embedded(const EntityFacts& facts, Arena& arena, Span& span);

}  // namespace tomograph
