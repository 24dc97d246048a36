#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "model/document.h"

namespace tomograph::part_v1 {

/// Reads the next record. The trace id is not in it: the caller has it from the trace row.
/// errors  corrupt
Result<StoredDocument> read_document(ByteReader& reader, TraceId trace_id);

}  // namespace tomograph::part_v1
