#pragma once

#include <cstdint>

#include "model/predicate.h"

namespace tomograph {

// Which fields of a span its row in a part has, and what the bits of span_flags say of them.

/// Whether the columns of a part say all of the field.
bool has_span_column(Field field);
/// Fields of span_flags: true or false for every span.
bool is_span_flag(Field field);
/// Of such a field; `flags` are SpanFlag bits.
bool span_flag_of(Field field, std::int64_t flags);

}  // namespace tomograph
