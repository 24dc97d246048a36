#pragma once

#include "wire/json/json_cursor.h"
#include "wire/otlp/otlp_span.h"

namespace tomograph {

/// Takes the `cause` ahead: an event `exception` for each exception, at the span's end; a cause
/// that is only a text becomes the message of the status. Stacks are spelled as Java spells them,
/// whatever the language, for that is what X-Ray's stack frames are.
///
/// returns  whether there is a cause
bool take_cause(JsonCursor& json, OtlpSpan& span);

}  // namespace tomograph
