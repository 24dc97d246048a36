#include "query/decode_trace.h"

#include "base/log.h"

namespace tomograph {

Trace TraceReader::read(const StoredTrace& stored, Instant now) {
    std::vector<TraceDocument> documents;
    documents.reserve(stored.documents.size());
    for (const StoredDocument& each : stored.documents) {
        // Without a window: it was inside when it was accepted.
        auto decoded = decoder_.decode(each.document.bytes, {});
        if (auto* segment = std::get_if<Segment>(&decoded)) {
            documents.push_back({.lsn = each.lsn, .segment = std::move(*segment)});
            continue;
        }
        metrics_.documents_undecodable.add();
        log_error("stored document does not decode",
                  {{"trace", to_xray_text(stored.id)},
                   {"span", to_hex(each.document.header.id)},
                   {"code", to_text(std::get<Rejection>(decoded).code)}});
    }
    return assemble_trace(stored.id, std::move(documents), now);
}

}  // namespace tomograph
