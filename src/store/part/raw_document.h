#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "model/document.h"

namespace tomograph {

/// A document that could not be taken apart, with its header (docs/formats/part.md, "Raw
/// documents").
std::string encode_raw_document(const Document& document);

/// The trace id is not in it: the caller has it from the trace row.
/// errors  corrupt
Result<Document> decode_raw_document(std::string_view bytes, TraceId trace_id);

}  // namespace tomograph
