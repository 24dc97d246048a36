#include "store/engine/read_trace.h"

#include "store/engine/document_set.h"

namespace tomograph {

Result<std::optional<StoredTrace>> read_whole_trace(StoreCore& core, TraceId id) {
    DocumentSet documents;
    StoredTrace trace{.id = id, .documents = {}, .limit_exceeded = false};
    const auto open = core.open.find(id);
    if (open) {
        trace.limit_exceeded = open->limit_exceeded;
        for (const DocumentPointer& document : open->documents) documents.add(document);
    }
    const TraceInParts in_parts = TRY(read_trace(*core.parts(), id, documents));
    trace.limit_exceeded |= in_parts.limit_exceeded;
    if (documents.empty()) return std::optional<StoredTrace>();
    trace.documents = documents.to_stored();
    return std::optional(std::move(trace));
}

}  // namespace tomograph
