#pragma once

#include "model/segment.h"
#include "wire/xray/read_context.h"

namespace tomograph {

/// `aws` and `remote`; anything else, such as `local`, is the service itself.
SpanNamespace to_name_space(std::string_view text);

/// One of error, fault, throttle. A boolean, true or false, counts as given (facts.has_flags).
bool read_outcome_flag(ReadContext& context, EntityFacts& facts);

/// What a row says only by several members together: flags from the status (segment-documents.md
/// §6), a table from resource_names, whether a downstream is expected.
void derive_row(const EntityFacts& facts, Span& span);

/// Drops rows that lie farther than time_spread_max from row 0, with what they embed, and counts
/// them.
void drop_far_rows(Segment& segment);

/// Gives embedded rows the id of the entity that embeds them, whatever their `parent_id` said.
void join_rows(Segment& segment);

}  // namespace tomograph
