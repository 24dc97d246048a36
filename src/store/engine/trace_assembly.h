#pragma once

#include <optional>
#include <vector>

#include "store/engine/document_set.h"
#include "store/part/part.h"
#include "trace/trace.h"
#include "wire/xray/segment_decoder.h"

namespace tomograph {

/// How much of its documents a trace must show.
enum class AssemblyDepth : std::uint8_t {
    outline,  ///< what the graph, the rows and policies without groups ask for:
              ///< model/segment_outline.h
    whole,
};

/// Reads stored documents and puts traces together, as of after_grace. Keeps a decoder: one per
/// thread.
class TraceAssembly {
 public:
    explicit TraceAssembly(AssemblyDepth depth = AssemblyDepth::whole) : depth_(depth) {}

    void set_depth(AssemblyDepth depth) { depth_ = depth; }

    /// The trace borrows from `documents`.
    Trace assemble(TraceId id, const std::vector<DocumentPointer>& documents);

    /// A document as it was when it was accepted; nothing when it cannot be read.
    std::optional<Document> document(std::string_view bytes);

 private:
    std::optional<Segment> read(TraceId id, const Document& document);

    AssemblyDepth depth_;
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
