#pragma once

#include <memory>

#include "query/query_context.h"
#include "trace/trace.h"
#include "wire/xray/segment_decoder.h"

namespace tomograph {

/// Turns stored traces back into traces. Keeps the decoder's buffers: one per query, not for
/// threads.
class TraceReader {
 public:
    explicit TraceReader(QueryMetrics& metrics) : metrics_(metrics) {}

    /// The trace as of `now`. A document that no longer decodes is counted, logged and left out:
    /// the others are worth showing.
    Trace read(const StoredTrace& stored, Instant now);

 private:
    QueryMetrics& metrics_;
    SegmentDecoder decoder_;
};

}  // namespace tomograph
