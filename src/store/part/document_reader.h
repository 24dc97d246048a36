#pragma once

#include <vector>

#include "base/arena.h"
#include "store/part/group_reader.h"

namespace tomograph {

/// Puts the documents of one trace row together again, byte for byte.
/// errors  corrupt, io
Result<std::vector<StoredDocument>> read_documents(GroupReader& group, const TraceRow& row,
                                                   SpanRange range);

/// The rows of those spans, in order; texts live in `texts`.
Result<std::vector<SpanRow>> read_spans(GroupReader& group, const TraceRow& row, SpanRange range,
                                        Arena& texts);

}  // namespace tomograph
