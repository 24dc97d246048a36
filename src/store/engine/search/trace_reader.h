#pragma once

#include <functional>
#include <string>
#include <vector>

#include "store/trace_store.h"
#include "trace/predicate_match.h"
#include "wire/xray/attributes.h"
#include "wire/xray/segment_decoder.h"

namespace tomograph {

/// Reads stored traces: the trace they make as of after_grace, and what their documents say. Keeps
/// buffers: one per thread.
class StoredTraceReader {
 public:
    /// Documents that this program cannot read are left out.
    Trace assemble(const StoredTrace& stored);

    /// The values at these paths of every span, numbered by their place in `paths`.
    ///
    /// paths   ascending
    /// errors  invalid  a document is not what `trace` was made of
    Result<TraceAttributes> attributes(const StoredTrace& stored, const Trace& trace,
                                       const std::vector<std::string>& paths);

    /// Every value of the spans that stand in the trace: rows that lost their span id to another
    /// document are passed over. errors: as above
    using Visit = std::function<void(std::string_view path, const ScalarView& value)>;
    Result<void> visit(const StoredTrace& stored, const Trace& trace, const Visit& visit);

 private:
    SegmentDecoder decoder_;
    AttributeReader attributes_;
};

}  // namespace tomograph
