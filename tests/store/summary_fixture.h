#pragma once

#include "store/store_fixture.h"
#include "wire/xray/summary_document.h"

namespace tomograph::testing {

/// What the store keeps of the document when its time has come.
inline Document summary_of(const Document& document) {
    static thread_local SegmentDecoder decoder;
    const auto decoded = decoder.decode(document.bytes, std::nullopt);
    const auto* segment = std::get_if<Segment>(&decoded);
    REQUIRE_MESSAGE(segment != nullptr, document.bytes);
    return {.header = document.header, .bytes = summary_document(*segment)};
}

/// The traces with summaries for documents; those that are summaries already stay so.
inline std::vector<StoredTrace> summaries_of(std::vector<StoredTrace> traces) {
    for (StoredTrace& trace : traces)
        for (StoredDocument& stored : trace.documents)
            stored.document = summary_of(stored.document);
    return traces;
}

}  // namespace tomograph::testing
