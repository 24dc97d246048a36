#pragma once

#include <optional>
#include <vector>

#include "store/engine/document_set.h"
#include "store/part/part.h"
#include "trace/trace.h"
#include "wire/xray/segment_decoder.h"

namespace tomograph {

/// Decodes stored documents and puts traces together, as of after_grace. Keeps a decoder: one per
/// thread.
class TraceAssembly {
 public:
    Trace assemble(TraceId id, const std::vector<DocumentPointer>& documents);

    /// The header of a document, as it was when it was accepted; nothing when it cannot be read.
    std::optional<SegmentHeader> header(std::string_view document);

 private:
    SegmentDecoder decoder_;
};

/// Whether the trace has come to its end as far as it shows: its entry has no parent and is
/// complete, and so is all else.
bool is_complete(const Trace& trace);

/// The row of a whole trace. `documents` are its winners; flags and names come from `trace`.
TraceRow row_of(const Trace& trace, const std::vector<DocumentPointer>& documents, Lsn lsn_max);

/// The core columns of the spans of `documents`, in their order, header.span_count rows of each.
/// Texts borrow from `trace`.
std::vector<SpanRow> span_rows(const Trace& trace, const std::vector<DocumentPointer>& documents);

}  // namespace tomograph
